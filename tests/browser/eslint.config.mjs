// The page's scripts are one function: what one file defines another uses.
import { readFileSync, readdirSync } from "node:fs";

const PAGE = new URL("../../lib/report/page/", import.meta.url);
const defined = readdirSync(PAGE).filter((file) => file.endsWith(".js"))
  .flatMap((file) => [...readFileSync(new URL(file, PAGE), "utf8").matchAll(/^(?:const|let|class|function) (\w+)/gm)].map((match) => match[1]));
const twice = defined.filter((name, i) => defined.indexOf(name) !== i);
if (twice.length > 0) throw new Error(`defined twice in lib/report/page: ${twice.join(", ")}`);

const BROWSER = ["document", "window", "location", "history", "navigator", "requestAnimationFrame", "setTimeout", "clearTimeout", "ResizeObserver", "TextEncoder", "atob"];
const NODE = ["process", "console", "URL", "Buffer"];
const globals = (names) => Object.fromEntries(names.map((name) => [name, "readonly"]));
const rules = {
  "no-undef": "error", "no-redeclare": "error", "no-const-assign": "error", "no-dupe-keys": "error", "no-unreachable": "error", "no-shadow": "error",
  eqeqeq: "error", "prefer-const": "error", "no-var": "error", "no-eval": "error", "no-implied-eval": "error", "no-new-func": "off",
  "no-restricted-properties": ["error", ...["innerHTML", "outerHTML", "insertAdjacentHTML", "write"].map((property) => ({ property, message: "what a peer says becomes text only" }))],
};

export default [
  { files: ["lib/report/page/*.js"], languageOptions: { sourceType: "script", ecmaVersion: 2023, globals: globals([...BROWSER, ...defined]) }, rules: { ...rules, "no-redeclare": ["error", { builtinGlobals: false }], "no-shadow": ["error", { builtinGlobals: false }] } },
  { files: ["tests/browser/*.mjs"], languageOptions: { sourceType: "module", ecmaVersion: 2023, globals: globals([...BROWSER, ...NODE, "getComputedStyle", "scrollTo", "innerWidth", "performance", "Event"]) }, rules: { ...rules, "no-shadow": "off" } },
];
