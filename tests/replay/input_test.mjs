// Files that are no trace, or not a whole one: each gives a sentence, and runs nothing.

import test from "node:test";
import assert from "node:assert/strict";
import { open_empty, open_generated, open_with, use_browser, write } from "./support.mjs";
import { generated_events, to_text } from "./generated_trace.mjs";

use_browser();

const events = generated_events();
const whole = to_text(events);
const others = to_text([{ pid: 1, ph: "M", name: "process_name", args: { name: "chrome" } }, { pid: 1, ph: "X", name: "uniform_sum", ts: 1, dur: 5 }]);
const server_only = to_text(events.filter(({ pid }) => pid === 101));
const odd = [{ pid: {}, ph: "M", name: "process_name", args: null }, { pid: 7, ph: "M", name: "process_name", args: { name: "async_client" } },
    null, 5, "text", [], { pid: 7, ts: "soon", ph: "X" }, { pid: 7, ph: "M", name: "settings", args: 5 }];

const refused = [
    ["an empty file", "", /is empty/],
    ["white space", " \n\n", /is empty/],
    ["a text", "Beginning uniform_sum.\n", /is not a trace/],
    ["a page", "<!DOCTYPE html><script>alert(1)</script>", /is not a trace/],
    ["an image", "\x89PNG\r\n\x1a\n\0\0\0", /is not a trace/],
    ["a bracket", "[", /no run of/],
    ["numbers", "[1,2,3]", /no run of/],
    ["null", "null", /no run of|not a trace/],
    ["an object", "{}", /no run of/],
    ["events of other programs", others, /no run of serial_client or async_client in it/],
    ["only a server", server_only, /no run of serial_client or async_client in it/],
    ["odd events", to_text(odd), /no run of/],
    ["brackets inside brackets", "[".repeat(200_000), /is not a trace/],
];

for (const [name, text, message] of refused) {
    test(`${name}: a sentence says what is wrong`, async () => {
        const page = await open_empty();
        assert.match(await page.text("#welcome"), /Drop it here/);
        await page.choose([write("bad.json", text)]);
        assert.match(await page.text("#message"), message);
        assert.match(await page.text("#message"), /^bad\.json.*\.$/);
        assert.match(await page.text("#welcome"), /Drop it here/);
        assert.deepEqual(page.problems, []);
        await page.choose([write("good.json", whole)]); // the page still works
        assert.equal(await page.evaluate("$('message').hidden"), true);
        assert.match(await page.text("#timeline"), /async_client/);
        await page.choose([write("bad.json", text)]); // and keeps what it has shown
        assert.match(await page.text("#message"), message);
        assert.match(await page.text("#timeline"), /async_client/);
        await page.close();
    });
}

test("a trace cut at any place gives a sentence or a picture", async () => {
    const page = await open_empty();
    for (let length = whole.length - 1; length > 0; length -= 397) {
        await page.evaluate("state.runs = []"); // those of the last cut
        await page.choose([write("cut.json", whole.slice(0, length))]);
        const [message, has_runs] = await page.evaluate("[$('message').textContent, state.runs.length > 0]");
        assert.ok(message !== "" || has_runs);
        assert.ok(message === "" || /^(cut\.json.*[.?]\n?)+$/.test(message), message);
    }
    await page.choose([write("cut.json", whole.slice(0, whole.lastIndexOf("\"ts\"")))]);
    assert.match(await page.text("#message"), /no whole event .*cut short/);
    assert.match(await page.text("#timeline"), /async_client/);
    assert.deepEqual(page.problems, []);
    await page.close();
});

test("an event that was cut off in the middle of a file is left out", async () => {
    const lines = whole.split("\n");
    lines[40] = lines[40].slice(0, 30);
    const page = await open_with(lines.join("\n"));
    assert.match(await page.text("#message"), /left out \(1\)/);
    assert.match(await page.text("#timeline"), /async_client/);
    await page.close();
});

test("a closed array, one line for all, and an object with traceEvents are traces, too", async () => {
    const page = await open_empty();
    for (const text of [JSON.stringify(events), JSON.stringify(events, null, 2), JSON.stringify({ traceEvents: events }),
        `\ufeff${whole}`, whole.replaceAll("\n", "\r\n"), `${whole.trim()},`]) {
        await page.choose([write("other.json", text)]);
        assert.equal(await page.text("#message"), "");
        assert.equal(await page.evaluate("state.runs.length"), 2);
        await page.evaluate("state.runs = []");
    }
    await page.close();
});

test("without code inside, there is no panel for it", async () => {
    const page = await open_empty();
    await page.choose([write("good.json", whole)]);
    assert.equal(await page.evaluate("getComputedStyle($('code-panel')).display"), "none");
    await page.close();
});

test("several files are shown on one time axis", async () => {
    const page = await open_empty();
    await page.choose([101, 102, 103].map((pid) => write(`${pid}.json`, to_text(events.filter((event) => event.pid === pid)))));
    assert.match(await page.text("#timeline"), /unnoticed: 718\.04 ms/);
    assert.equal(await page.evaluate("state.runs.length"), 2);
    await page.close();
});

test("a second file opens at its own beginning", async () => {
    const page = await open_with(whole, { hash: "#t=3&run=0" });
    assert.deepEqual(await page.evaluate("[state.at, state.run.kind]"), [3e6, "serial_client"]);
    await page.choose([write("second.json", whole)]);
    assert.deepEqual(await page.evaluate("[state.at, state.run.kind]"), [0, "async_client"]);
    await page.close();
});

test("dropping something that is no file says what to drop", async () => {
    const page = await open_empty();
    await page.evaluate("document.body.dispatchEvent(new DragEvent('drop', { bubbles: true, dataTransfer: new DataTransfer() }))");
    assert.equal(await page.text("#message"), "Drop a trace file.");
    await page.close();
});

test("connections with one id belong to the requests of their time", async () => {
    const later = (each) => ({ ...each, pid: each.pid + 10, ...(each.ts ? { ts: each.ts + 60e6 } : {}) });
    const twice = (is_later) => [...events, ...events.filter(({ pid }) => is_later(pid)).map(later)];
    const one_server = twice(() => true).map((each) => (each.pid === 111 ? { ...each, pid: 101 } : each));
    const in_time = "state.runs.map(({ requests: [{ begin, end }], connections }) =>"
        + " connections.map((each) => begin < each.begin && each.sent < end))";
    for (const trace of [twice(() => true), one_server]) { // the server starts again, or a port comes again
        const page = await open_with(to_text(trace));
        assert.equal(await page.text("#message"), "");
        assert.deepEqual(await page.evaluate(in_time), [[true], [true], [true], [true]]);
        await page.close();
    }
    const page = await open_with(to_text(twice((pid) => pid === 101))); // a server's clock a minute late
    assert.match(await page.text("#message"), /the time of none, are left out \(2\)/);
    assert.deepEqual(await page.evaluate(in_time), [[true], [true]]);
    assert.match(await page.text("#timeline"), /718\.04 ms/);
    await page.close();
});

test("names with markup are shown as text", async () => {
    const markup = "</script><script>alert(1)</script><img src=x onerror=alert(2)><!--<script>\u2028\"\\";
    const evil = events.map((event) => ({ ...event, args: { ...event.args } }));
    evil.filter(({ name }) => name === "process_name").forEach(({ args }) => (args.name += markup));
    evil.filter(({ name }) => name === "thread_name").forEach(({ args }) => (args.name = markup));
    evil.filter(({ name }) => name === "line").forEach(({ args }) => (args.text = markup));
    const elements = "document.querySelectorAll('img, iframe, script:not([type])').length";
    for (const open of [() => open_with(to_text(evil)), async () => {
        const page = await open_empty();
        await page.choose([write(`<img src=x onerror=alert(3)>.json`, to_text(evil))]);
        return page;
    }]) {
        const page = await open();
        assert.equal(await page.evaluate("state.runs.length"), 2);
        await page.press("End");
        assert.ok((await page.text("#transcript")).includes("<img src=x onerror=alert(2)>"));
        assert.equal(await page.evaluate(elements), 1);
        assert.deepEqual(page.problems, []);
        await page.close();
    }
    const page = await open_empty();
    await page.choose([write("<img src=x onerror=alert(3)>.json", "x")]);
    assert.ok((await page.text("#message")).startsWith("<img src=x"));
    assert.deepEqual(page.problems, []);
    await page.close();
});

test("values of the wrong type do no harm", async () => {
    const wrong = [null, -1, 1e308, "x", {}, []];
    for (const value of wrong) {
        for (const key of ["tid", "args", "dur", "id", "ts"]) {
            const changed = events.map((event, i) => (i % 3 === 0 && event.ph !== "M" ? { ...event, [key]: value } : event));
            const page = await open_generated({}); // a whole page first: then nothing but the trace can fail
            await page.choose([write("wrong.json", to_text(changed))]);
            await page.press("ArrowRight", 3);
            await page.press("End");
            assert.deepEqual(page.problems, [], `${key}: ${JSON.stringify(value)}`);
            assert.match(await page.text("#message"), /^(|wrong\.json.*)$/);
            await page.close();
        }
    }
});
