// The page with a run of the real programs. usage: node run_test.mjs FOLDER-WITH-THE-PROGRAMS

import test from "node:test";
import assert from "node:assert/strict";
import { once } from "node:events";
import { spawn } from "node:child_process";
import { createInterface } from "node:readline";
import { join } from "node:path";
import { in_time } from "./browser.mjs";
import { folder, open_with, read, run, step_through, switches_in_lines, switches_on_page,
    use_browser } from "./support.mjs";

const programs = process.argv[2];
use_browser();

/** Runs a server and both clients with one trace. Returns what each client printed, and the trace. */
async function record(name, options) {
    const trace = join(folder, `${name}.json`);
    const server = spawn(join(programs, "server"), ["--port", "0", "--samples", "1e6", "--delay", "20ms", "--trace", trace],
        { stdio: ["ignore", "pipe", "inherit"] });
    try {
        const [line] = await in_time(once(createInterface(server.stdout), "line"), "server");
        const common = ["--port", /:(\d+)\.$/.exec(line)[1], "--samples", "1e8", "--trace", trace];
        const serial = await run(join(programs, "serial_client"), common);
        // Each chunk uses up this allotment: so there are ten slices on every machine.
        const async = await run(join(programs, "async_client"), [...common, "--chunks", "10", "--time-allotment", "1us", ...options]);
        const ended = once(server, "exit");
        server.kill("SIGTERM");
        await in_time(ended, "the end of the server");
        return { serial, async, trace: read(trace) };
    } finally {
        server.kill("SIGKILL");
    }
}

const count = (text, pattern) => text.match(pattern)?.length ?? 0;

/** Compares what the page shows with what the programs printed. */
async function check(recorded, trace) {
    const page = await open_with(trace);
    try {
        assert.equal(await page.text("#message"), "");
        const steps = await step_through(page);
        assert.deepEqual(page.problems, []);
        steps.forEach(({ text }) => assert.doesNotMatch(text, /undefined|NaN|null|\[object/));
        assert.deepEqual(switches_on_page(steps), switches_in_lines(recorded.async.split("\n")));
        for (const kind of ["serial", "async"]) {
            const lines = await page.evaluate(`state.runs.find(({ kind }) => kind === "${kind}_client").lines.map(({ text }) => text)`);
            assert.equal(lines.map((text) => `${text}\n`).join(""), recorded[kind]);
        }
        const { settings, slices, requests } = await page.evaluate(`({ settings: state.run.settings, slices: state.run.slices,
            requests: state.run.requests.map((request) => {
                const { sum, ...served } = state.run.connections.find((each) => each.request === request);
                return { name: request.name, marks: request.marks, closed: served.end,
                    times: [request.begin, served.begin, sum?.begin, sum?.end, served.sent, request.end] };
            }) })`);
        assert.deepEqual(settings, recorded.settings);
        assert.equal(slices.length, count(recorded.async, /(Beginning|Resuming) uniform_sum/g));
        assert.deepEqual(slices.map(({ args }) => args.ended).sort(), [...Array(slices.length - 1).fill("allotment"), "done"]);
        const draws = slices.map(({ args }) => args.draws);
        assert.deepEqual(draws, [...draws].sort((a, b) => a - b));
        assert.equal(requests.length, recorded.settings.requests);
        for (const { name, marks, times, closed } of requests) {
            assert.deepEqual(times, times.map(Number).sort((a, b) => a - b), `${name}: accepted, computed, sent, noticed`);
            assert.ok(closed >= times[4]);
            const number = (...kinds) => marks.filter(({ kind }) => kinds.includes(kind)).length;
            assert.equal(number("connected"), 1);
            assert.equal(number("poll", "wait"), count(recorded.async, new RegExp(`Resuming ${name}\\.`, "g")));
            assert.equal(number("wake"), number("wait"));
        }
        await page.press("End");
        const transcript = await page.text("#transcript");
        assert.match(transcript, /Total time elapsed: .*\.$/m);
        assert.equal(count(transcript, /server: Processing/g), requests.length);
        assert.equal(count(transcript, /server: Done/g), requests.length);
    } finally {
        await page.close();
    }
}

for (const options of [["--wait", "poll"], ["--wait", "ready"], ["--wait", "completion"], ["--wait", "poll", "--requests", "3"],
    ["--wait", "completion", "--requests", "3"]]) {
    test(`a recorded run: async_client ${options.join(" ")}`, async () => {
        const recorded = await record(options.join(""), options);
        recorded.settings = { requests: Number(options[3] ?? 1), wait: options[1], allotment: 1, chunks: 10 };
        await check(recorded, recorded.trace);
    });
}

test("an event that is dropped, or two in the wrong order, and the page no longer agrees with the transcript", async () => {
    const recorded = await record("dropped", ["--wait", "poll"]);
    recorded.settings = { requests: 1, wait: "poll", allotment: 1, chunks: 10 };
    const events = JSON.parse(`${recorded.trace}]`);
    const [server] = events; // the first process in the file
    const client = events.find(({ name, args }) => name === "process_name" && args.name.startsWith("async"));
    const served = events.find(({ pid, ph, id }) => pid === client.pid && ph === "s").id;
    const of_client = ({ pid, name }) => pid === client.pid && !["process_name", "thread_name"].includes(name);
    const of_connection = ({ pid, id, args }) => pid === server.pid
        && ((id ?? args.connection) === served || args?.text?.includes(served.split(" ")[0]));
    const kinds = new Map(events.filter((each) => each.ph !== "f" && (of_client(each) || of_connection(each)))
        .map((each) => [`${each.ph} ${each.name} ${each.pid}`, each])); // the last of each kind
    assert.ok(kinds.size >= 12);
    for (const [kind, dropped] of kinds) {
        await assert.rejects(check(recorded, JSON.stringify(events.filter((each) => each !== dropped))), undefined, `without ${kind}`);
    }
    const slices = events.filter(({ pid, name }) => pid === client.pid && name === "uniform_sum");
    const line = events.find(({ pid, name }) => pid === client.pid && name === "line");
    const poll = events.find(({ pid, name }) => pid === client.pid && name === "poll");
    for (const [a, b] of [[slices[1], slices[0]], [line, slices[3]], [poll, slices[0]]]) {
        [a.ts, b.ts] = [b.ts, a.ts];
        await assert.rejects(check(recorded, JSON.stringify(events)), undefined, `${a.name} and ${b.name} exchanged`);
        [a.ts, b.ts] = [b.ts, a.ts];
    }
    await check(recorded, JSON.stringify(events));
});
