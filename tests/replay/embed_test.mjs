// replay/embed.

import test from "node:test";
import assert from "node:assert/strict";
import { pathToFileURL } from "node:url";
import { browser, embed, read, source_with_code, use_browser, write } from "./support.mjs";
import { generated_events, to_text } from "./generated_trace.mjs";

use_browser();

/** The places that embed finds in a source file, each with its line. */
async function places(source) {
    const page = await browser.open(pathToFileURL(write("code.html", embed("--code", source))).href);
    const found = await page.evaluate("state.places.map(({ task, place, span }) => [`${task}: ${place}`, span.textContent.trim()])");
    await page.close();
    return found;
}

const without = (...names) => names.reduce((code, name) => code.replaceAll(name, `${name}_renamed`), read(source_with_code));

test("each place is one line of its coroutine", async () => {
    const found = await places(source_with_code);
    assert.deepEqual(found.map(([name]) => name), ["sum_uniform_draws: computing", "sum_uniform_draws: suspended",
        "sum_uniform_draws: done", "server_request: connecting", "server_request: waiting for the reply", "server_request: done"]);
    assert.match(found[1][1], /^co_await let_others_run\(/);
    assert.match(found[3][1], /co_await connect\(/);
});

test("a line that is renamed is not found", async () => {
    for (const [name, place] of [["uniform_sum(draws", "sum_uniform_draws: computing"],
        ["co_await connect", "server_request: connecting"], ["wait_for_reply", "server_request: waiting for the reply"]]) {
        const renamed = read(source_with_code).replaceAll(name, name.replace(/\w+(\(|$)/, "other$1"));
        const found = await places(write("renamed.cpp", renamed));
        assert.ok(found.length === 5 && found.every(([each]) => each !== place), name);
    }
});

test("a coroutine that is renamed is an error", () => {
    for (const name of ["sum_uniform_draws", "server_request"]) {
        assert.throws(() => embed("--code", write("renamed.cpp", without(name))), ({ status, stderr, stdout }) =>
            status === 1 && stdout === "" && stderr.includes(`no coroutine async_client::${name}`));
    }
});

test("the code on the page is that of the source, line by line", async () => {
    const source = read(source_with_code).split("\n");
    const page = await browser.open(pathToFileURL(write("code.html", embed("--code", source_with_code))).href);
    const lines = await page.evaluate("[...document.querySelectorAll('pre span')].map((span) => [span.dataset.number, span.textContent])");
    assert.ok(lines.length > 12);
    lines.forEach(([number, text]) => assert.equal(text, `${source[number - 1]}\n`));
    await page.close();
});

test("code with quotes, backslashes, tabs and markup arrives unchanged", async () => {
    const line = `    print("a\\n\\"b\\t");\tif (a < b) {} // </script><!-- \\u003c &lt;`;
    const source = read(source_with_code).replace("    uniform_total total;", () => line);
    const page = await browser.open(pathToFileURL(write("code.html", embed("--code", write("odd.cpp", source)))).href);
    assert.ok((await page.evaluate("document.querySelector('pre').textContent")).includes(`${line}\n`));
    assert.deepEqual(page.problems, []);
    await page.close();
});

test("the embedded trace is a closed array, whichever way the file ends", () => {
    const events = generated_events();
    const text = to_text(events).trim();
    for (const trace of [text, `${text}\n`, `${text},\n`, `${text}\n]\n`, `${text}]`, `${text}\r\n`]) {
        const page = embed("--code", source_with_code, write("trace.json", trace));
        const inside = page.split('<script type="application/json" id="trace">')[1].split("</script>")[0];
        assert.deepEqual(JSON.parse(inside), JSON.parse(JSON.stringify(events)));
    }
});

test("without a trace, the page has only the code inside", async () => {
    const page = await browser.open(pathToFileURL(write("code.html", embed("--code", source_with_code))).href);
    assert.match(await page.text("#welcome"), /Drop it here/);
    assert.equal(await page.evaluate("$('player').hidden"), true);
    await page.close();
});

test("a wrong command line or file is an error, and nothing is printed", () => {
    for (const [status, ...args] of [[2, "a", "b"], [2, "--code"], [1, "no-such-trace.json"], [1, "--code", "no-such-file.cpp"]]) {
        const source = args.includes("--code") ? [] : ["--code", source_with_code];
        assert.throws(() => embed(...source, ...args), (error) => error.status === status && error.stdout === "" && error.stderr !== "");
    }
});
