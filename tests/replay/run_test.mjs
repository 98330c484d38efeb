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

for (const options of [["--wait", "poll"], ["--wait", "ready"], ["--wait", "completion"], ["--wait", "poll", "--requests", "3"],
    ["--wait", "completion", "--requests", "3"]]) {
    test(`a recorded run: async_client ${options.join(" ")}`, async () => {
        const recorded = await record(options.join(""), options);
        const page = await open_with(recorded.trace);
        const steps = await step_through(page);
        assert.deepEqual(page.problems, []);
        assert.equal(await page.text("#message"), "");
        steps.forEach(({ text }) => assert.doesNotMatch(text, /undefined|NaN|null|\[object/));
        assert.equal(await page.evaluate("state.run.slices.length >= 10"), true);
        assert.deepEqual(switches_on_page(steps), switches_in_lines(recorded.async.split("\n")));
        for (const kind of ["serial", "async"]) {
            const lines = await page.evaluate(`state.runs.find(({ kind }) => kind === "${kind}_client").lines.map(({ text }) => text)`);
            assert.equal(lines.map((text) => `${text}\n`).join(""), recorded[kind]);
        }
        assert.equal(await page.evaluate("state.run.requests.every((each) => each.connection.sent < each.end)"), true);
        await page.press("End");
        assert.match(await page.text("#transcript"), /Total time elapsed: .*\.$/m);
        await page.close();
    });
}
