// What the tests of the replay share.

import { after, before } from "node:test";
import { execFileSync, spawn } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { Browser, in_time, require_chromium } from "./browser.mjs";
import { generated_events, to_text } from "./generated_trace.mjs";

export const repository = fileURLToPath(new URL("../..", import.meta.url));
export const source_with_code = join(repository, "async_client/async_client.cpp");

export const folder = mkdtempSync(join(tmpdir(), "netio-replay-files-"));
export let browser;

/** Starts a browser for all tests of a file, or skips them. */
export function use_browser() {
    require_chromium();
    before(async () => { browser = await Browser.start(); });
    after(async () => {
        await browser.close();
        rmSync(folder, { recursive: true, force: true });
    });
}

export function write(name, text) {
    writeFileSync(join(folder, name), text);
    return join(folder, name);
}

/** What replay/embed prints. */
export function embed(...args) {
    return execFileSync(join(repository, "replay/embed"), args,
        { encoding: "utf8", maxBuffer: 1 << 28, timeout: 60_000, stdio: ["ignore", "pipe", "pipe"] });
}

/** Opens the page with the code and a trace inside. */
export async function open_with(trace, { hash = "", setup } = {}) {
    const name = `page-${Math.random().toString(36).slice(2)}.html`;
    const file = write(name, embed("--code", source_with_code, write(`${name}.json`, trace)));
    return browser.open(pathToFileURL(file) + hash, setup);
}

export const open_generated = (changes, options) => open_with(to_text(generated_events(changes)), options);
export const open_empty = () => browser.open(pathToFileURL(join(repository, "replay/replay.html")).href);

/** Steps from the beginning to the end with the arrow key, and returns what the page said. */
export async function step_through(page, visit = async () => {}) {
    const steps = [];
    await page.press("Home");
    for (let clock = ""; ;) {
        await page.press("ArrowRight");
        const step = await page.evaluate(`(({ task = "", kinds = [] } = {}) => ({ clock: $("clock").innerText, at: state.at,
            text: $("sentence").innerText, task: String(task), kinds: kinds.join(" "), printed: $("transcript").innerText }))(
            state.run.moments[state.index])`);
        if (step.at === clock) {
            return steps;
        }
        clock = step.at;
        steps.push(step);
        await visit(step);
    }
}

/** The tasks in the order in which they got the thread, by the steps of the page. A request that is
 *  told of its connection prints no line. */
export function switches_on_page(steps) {
    return steps.filter(({ task, kinds }) => task !== "" && !/^(pause|connected)/.test(kinds)).map(({ task }) => Number(task));
}

/** The same by the lines that the program printed. */
export function switches_in_lines(lines) {
    return lines.flatMap((line) => {
        const name = /^(?:Beginning|Resuming) (uniform_sum|server_request(?: (\d+))?)\.$/.exec(line);
        return name ? [name[1] === "uniform_sum" ? 0 : Number(name[2] ?? 1)] : [];
    });
}

/** Runs a program to its end, and returns what it printed. */
export async function run(program, args) {
    const child = spawn(program, args, { stdio: ["ignore", "pipe", "inherit"] });
    let text = "";
    child.stdout.setEncoding("utf8").on("data", (part) => (text += part));
    const ended = new Promise((resolve, reject) => child.once("error", reject).once("close", resolve));
    const status = await in_time(ended, program).finally(() => child.kill("SIGKILL"));
    if (status !== 0) {
        throw new Error(`${program} ${args.join(" ")}: exit status ${status}`);
    }
    return text;
}

export const read = (file) => readFileSync(file, "utf8");
