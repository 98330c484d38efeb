// Takes a picture of a page, or of its part down to an element.
// usage: node screenshot.mjs PAGE[#t=...] PNG|PDF [--width 1280] [--until "#sentence"] [--dark] [--print]
//            [--keys "ArrowRight ArrowRight m"]

import { writeFileSync } from "node:fs";
import { resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { parseArgs } from "node:util";
import { Browser, require_chromium } from "./browser.mjs";

const { values, positionals: [page_file, picture] } = parseArgs({ allowPositionals: true, options: {
    width: { type: "string", default: "1280" }, height: { type: "string", default: "800" },
    dark: { type: "boolean", default: false }, print: { type: "boolean", default: false }, keys: { type: "string", default: "" },
    until: { type: "string", default: "" } } });

require_chromium();
const [path, hash] = page_file.split("#");
const browser = await Browser.start();
const page = await browser.open(pathToFileURL(resolve(path)) + (hash ? `#${hash}` : ""), async (opening) => {
    await opening.call("Emulation.setDeviceMetricsOverride", { width: Number(values.width),
        height: Number(values.height), deviceScaleFactor: 1, mobile: false });
    await opening.call("Emulation.setScrollbarsHidden", { hidden: true });
    await opening.call("Emulation.setEmulatedMedia", { media: values.print ? "print" : "",
        features: [{ name: "prefers-color-scheme", value: values.dark ? "dark" : "light" }] });
});
for (const key of values.keys.split(" ").filter(Boolean)) {
    await page.press(key);
}
const height = values.until && await page.evaluate(`document.querySelector(${JSON.stringify(values.until)}).getBoundingClientRect().bottom + 12`);
const clip = values.until ? { clip: { x: 0, y: 0, width: Number(values.width), height, scale: 1 } } : {};
const { data } = picture.endsWith(".pdf") ? await page.call("Page.printToPDF", { printBackground: false, landscape: true })
    : await page.call("Page.captureScreenshot", { captureBeyondViewport: true, ...clip });
writeFileSync(picture, Buffer.from(data, "base64"));
page.problems.forEach((problem) => console.error(problem));
await browser.close();
