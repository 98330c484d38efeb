// Drives a headless Chromium over its DevTools protocol. The messages go through a pipe: JSON,
// each ended by a NUL byte. So no port is opened, and no package is needed.

import { spawn, spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

const time_limit = 60_000; // of each wait, in milliseconds

/** The path of Chromium, or nothing. */
export function find_chromium() {
    const names = [process.env.CHROMIUM, "chromium", "chromium-browser", "google-chrome"];
    return names.find((name) => name && spawnSync(name, ["--version"], { stdio: "ignore" }).status === 0);
}

/** Ends the test program as skipped, with the reason, where there is no Chromium. */
export function require_chromium() {
    if (!find_chromium()) {
        console.log("Skipped: no chromium (scripts/setup chromium)");
        process.exit(77);
    }
}

/** The promise, or a failure once the time limit is over. */
export function in_time(promise, what) {
    let timer;
    const limit = new Promise((_, reject) => {
        timer = setTimeout(() => reject(new Error(`${what}: no answer in time`)), time_limit);
    });
    return Promise.race([promise, limit]).finally(() => clearTimeout(timer));
}

export class Browser {
    static async start() {
        const browser = new Browser();
        await browser.call("Target.setDiscoverTargets", { discover: true });
        return browser;
    }
    constructor() {
        this.folder = mkdtempSync(join(tmpdir(), "netio-replay-"));
        this.process = spawn(find_chromium(), ["--headless", "--no-sandbox", "--disable-gpu", "--disable-quic",
            "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync",
            "--disable-dev-shm-usage", "--window-size=1280,800",
            "--remote-debugging-pipe", `--user-data-dir=${this.folder}`, "about:blank"],
        { stdio: ["ignore", "ignore", "ignore", "pipe", "pipe"], detached: true });
        this.calls = new Map();
        this.listeners = [];
        this.number = 0;
        let pending = "";
        this.process.stdio[4].setEncoding("utf8").on("data", (text) => {
            const messages = (pending + text).split("\0");
            pending = messages.pop();
            messages.forEach((message) => this.receive(JSON.parse(message)));
        });
        this.process.stdio[3].on("error", () => {}); // the process has ended: calls run out of time
    }
    receive(message) {
        const call = this.calls.get(message.id);
        this.calls.delete(message.id);
        if (message.error) {
            call?.reject(new Error(JSON.stringify(message.error)));
        } else {
            call?.resolve(message.result);
        }
        this.listeners.forEach((listen) => listen(message));
    }
    call(method, params = {}, sessionId = undefined) {
        const id = ++this.number;
        const answer = new Promise((resolve, reject) => this.calls.set(id, { resolve, reject }));
        this.process.stdio[3].write(JSON.stringify({ id, method, params, sessionId }) + "\0");
        return in_time(answer, method);
    }
    async open(url, setup = async () => {}) {
        const { targetId } = await this.call("Target.createTarget", { url: "about:blank" });
        const { sessionId } = await this.call("Target.attachToTarget", { targetId, flatten: true });
        const page = new Page(this, targetId, sessionId);
        for (const domain of ["Page", "Runtime", "Network", "Log"]) {
            await page.call(`${domain}.enable`);
        }
        await setup(page);
        const loaded = page.event("Page.loadEventFired");
        await page.call("Page.navigate", { url });
        await loaded;
        return page;
    }
    async close() {
        const ended = new Promise((resolve) => this.process.once("exit", resolve));
        this.call("Browser.close").catch(() => {});
        await in_time(ended, "Browser.close").catch(() => process.kill(-this.process.pid, "SIGKILL"));
        rmSync(this.folder, { recursive: true, force: true, maxRetries: 5 });
    }
}

export class Page {
    constructor(browser, target, session) {
        Object.assign(this, { browser, target, session, requests: [], problems: [] });
        browser.listeners.push(({ sessionId, method, params }) => {
            if (sessionId !== session) {
                return;
            }
            if (method === "Network.requestWillBeSent") {
                this.requests.push(params.request.url);
            } else if (method === "Runtime.exceptionThrown") {
                this.problems.push(params.exceptionDetails.exception?.description ?? params.exceptionDetails.text);
            } else if (method === "Log.entryAdded" && params.entry.level === "error") {
                this.problems.push(params.entry.text);
            } else if (method === "Page.javascriptDialogOpening") {
                this.problems.push(`dialog: ${params.message}`);
                this.call("Page.handleJavaScriptDialog", { accept: true }).catch(() => {});
            }
        });
    }
    call(method, params) {
        return this.browser.call(method, params, this.session);
    }
    event(method) {
        return in_time(new Promise((resolve) => {
            this.browser.listeners.push((message) => {
                if (message.sessionId === this.session && message.method === method) {
                    resolve(message.params);
                }
            });
        }), method);
    }
    /** The value of an expression, which may be a promise, in the page. */
    async evaluate(expression) {
        const { result, exceptionDetails } = await this.call("Runtime.evaluate",
            { expression, returnByValue: true, awaitPromise: true });
        if (exceptionDetails) {
            throw new Error(exceptionDetails.exception?.description ?? exceptionDetails.text);
        }
        return result.value;
    }
    text(selector) {
        return this.evaluate(`(({ innerText, textContent }) => innerText ?? textContent)(document.querySelector(${JSON.stringify(selector)}))`);
    }
    /** Presses a key as a person would: " ", "Home", "ArrowRight", "m". */
    async press(key, count = 1) {
        const code = { " ": 32, End: 35, Home: 36, ArrowLeft: 37, ArrowRight: 39, Tab: 9 }[key] ?? 77;
        for (let i = 0; i < count; ++i) {
            const event = { key, code: key === " " ? "Space" : key, windowsVirtualKeyCode: code,
                ...(key.length === 1 ? { text: key } : {}) };
            await this.call("Input.dispatchKeyEvent", { type: "keyDown", ...event });
            await this.call("Input.dispatchKeyEvent", { type: "keyUp", ...event });
        }
    }
    /** Chooses files as a person would, and waits until the page has read them. */
    async choose(files) {
        const { root } = await this.call("DOM.getDocument");
        const { nodeId } = await this.call("DOM.querySelector", { nodeId: root.nodeId, selector: "#files" });
        await this.evaluate("window.was_opened = new Promise((done) => { const open = open_traces;"
            + " open_traces = (texts) => { open_traces = open; try { open(texts) } finally { setTimeout(done) } } }); 0");
        await this.call("DOM.setFileInputFiles", { nodeId, files });
        await in_time(this.evaluate("window.was_opened"), "opening files");
    }
    close() {
        return this.browser.call("Target.closeTarget", { targetId: this.target });
    }
}
