// Shows /openapi.json. Texts are put in as text, never as HTML.
"use strict";

const main = document.getElementById("main");
const operations = document.getElementById("operations");
let api = null;

function element(tag, attributes = {}, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) node.setAttribute(name, value);
  node.append(...children);
  return node;
}

// Paragraphs, "- " lists and `code` of a proto comment.
function prose(text) {
  const box = document.createElement("div");
  for (const block of (text || "").split(/\n\s*\n/)) {
    if (!block.trim()) continue;
    const items = block.split("\n");
    if (items.every((line) => line.startsWith("- "))) {
      box.append(element("ul", {}, ...items.map((line) => element("li", {}, ...code(line.slice(2))))));
    } else {
      box.append(element("p", {}, ...code(block)));
    }
  }
  return box;
}

function code(text) {
  return text.split("`").map((part, i) => (i % 2 ? element("code", {}, part) : part));
}

function resolve(schema) {
  if (!schema) return { schema: {}, name: "" };
  const reference = schema.$ref || (schema.allOf && schema.allOf[0].$ref);
  if (!reference) return { schema, name: "" };
  const name = reference.split("/").pop();
  return { schema: api.components.schemas[name] || {}, name };
}

function typeName(schema) {
  const { schema: real, name } = resolve(schema);
  if (name) return name.split(".").pop();
  if (real.type === "array") return "list of " + typeName(real.items);
  if (real.type === "object" && real.additionalProperties && real.additionalProperties !== true) {
    return "map to " + typeName(real.additionalProperties);
  }
  return [real.type || "any", real.format && `(${real.format})`].filter(Boolean).join(" ");
}

// The message whose fields can be unfolded, if any.
function inner(schema) {
  const { schema: real } = resolve(schema);
  if (real.type === "array") return inner(real.items);
  if (real.additionalProperties && real.additionalProperties !== true) return inner(real.additionalProperties);
  return real.properties || real.enum ? real : null;
}

function fields(schema) {
  const box = element("div");
  if (schema.enum) box.append(prose(schema.description));
  for (const [name, field] of Object.entries(schema.properties || {})) {
    const line = element("summary", {}, element("code", {}, name), " ",
      element("span", { class: "type" }, typeName(field)));
    const item = element("details", {}, line, prose(field.description));
    const below = inner(field);
    // Made when it is opened: messages may contain themselves.
    if (below) item.addEventListener("toggle", () => item.append(fields(below)), { once: true });
    box.append(item);
  }
  return box;
}

function example(schema, depth = 0) {
  const { schema: real } = resolve(schema);
  if (real.enum) return real.enum[1] || real.enum[0];
  if (real.type === "array") return depth > 3 ? [] : [example(real.items, depth + 1)];
  if (real.properties) {
    if (depth > 3) return {};
    return Object.fromEntries(Object.entries(real.properties).map(([k, v]) => [k, example(v, depth + 1)]));
  }
  return { integer: 0, number: 0, boolean: false, object: {} }[real.type] ?? "";
}

function parameterTable(parameters) {
  const table = element("table");
  for (const parameter of parameters) {
    table.append(element("tr", {}, element("td", {}, element("code", {}, parameter.name)),
      element("td", { class: "type" }, `${parameter.in}, ${typeName(parameter.schema)}`),
      element("td", {}, prose(parameter.description))));
  }
  return table;
}

function contentOf(part) {
  return Object.entries((part && part.content) || {})[0] || [];
}

function show(path, method) {
  const operation = api.paths[path][method];
  const nodes = [
    element("h2", { class: "path" }, element("span", { class: "verb" }, method.toUpperCase()), path),
    prose(operation.description),
    element("p", { class: "type" }, `RPC ${operation["x-rpc"]}`,
      operation["x-permission"] ? `, permission ${operation["x-permission"]}` : ""),
  ];
  if (operation.parameters.length) {
    nodes.push(element("h3", {}, "Parameters"), parameterTable(operation.parameters));
  }
  const [bodyType, body] = contentOf(operation.requestBody);
  if (body) {
    nodes.push(element("h3", {}, `Body: ${bodyType}`), prose(operation.requestBody.description));
    if (inner(body.schema)) nodes.push(fields(inner(body.schema)));
  }
  const [answerType, answer] = contentOf(operation.responses["200"]);
  nodes.push(element("h3", {}, `Answer: ${answerType}, ${typeName(answer.schema)}`));
  nodes.push(prose(operation.responses["200"].description));
  if (inner(answer.schema)) nodes.push(fields(inner(answer.schema)));
  nodes.push(element("h3", {}, "Errors: application/problem+json"), fields(api.components.schemas.Problem));
  nodes.push(element("h3", {}, "Try it"), tryForm(path, method, operation, bodyType, body));
  main.replaceChildren(...nodes);
}

function tryForm(path, method, operation, bodyType, body) {
  const form = element("form");
  const inputs = operation.parameters.map((parameter) => {
    const input = element("input", { autocomplete: "off" });
    if (parameter.required) input.required = true;
    form.append(element("label", {}, parameter.name, input));
    return { parameter, input };
  });
  let text = null;
  let file = null;
  if (bodyType === "application/json") {
    text = element("textarea", { spellcheck: "false", "aria-label": "body" });
    text.value = JSON.stringify(example(body.schema), null, 2);
    form.append(text);
  } else if (bodyType) {
    file = element("input", { type: "file", "aria-label": "file" });
    form.append(file);
  }
  const output = element("pre", { "aria-live": "polite" });
  form.append(element("button", {}, "Send"), output);
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    const request = fill(path, inputs);
    const options = { method: method.toUpperCase(), headers: request.headers };
    const token = document.getElementById("token").value.trim();
    if (token) options.headers.Authorization = `Bearer ${token}`;
    if (text) {
      options.body = text.value;
      options.headers["Content-Type"] = "application/json";
    } else if (file && file.files[0]) {
      options.body = file.files[0];
      options.headers["Content-Type"] = "application/octet-stream";
    }
    send(request.url, options, output);
  });
  return form;
}

function fill(path, inputs) {
  const query = new URLSearchParams();
  const headers = {};
  let url = path;
  for (const { parameter, input } of inputs) {
    const value = input.value;
    if (parameter.in === "path") {
      url = url.replace(`{${parameter.name}}`, encodeURIComponent(value));
    } else if (value !== "" && parameter.in === "header") {
      headers[parameter.name] = value;
    } else if (value !== "") {
      const list = parameter.schema.type === "array";
      for (const one of list ? value.split(",") : [value]) query.append(parameter.name, one.trim());
    }
  }
  const text = query.toString();
  return { url: text ? `${url}?${text}` : url, headers };
}

const maxShown = 200000;

async function send(url, options, output) {
  output.textContent = "…";
  try {
    const response = await fetch(url, options);
    const head = `${response.status} ${response.statusText}\nX-Trace-Id: ${response.headers.get("X-Trace-Id")}\n\n`;
    const reader = response.body.getReader();
    const decoder = new TextDecoder();
    let text = "";
    for (;;) {
      const { done, value } = await reader.read();
      if (done) break;
      text += decoder.decode(value, { stream: true });
      if (text.length > maxShown) {
        await reader.cancel();
        text = `${text.slice(0, maxShown)}\n… cut`;
        break;
      }
      output.textContent = head + text;
    }
    output.textContent = head + pretty(text);
  } catch (error) {
    output.textContent = String(error);
  }
}

function pretty(text) {
  try {
    return JSON.stringify(JSON.parse(text), null, 2);
  } catch {
    return text;
  }
}

function list(filter) {
  const wanted = filter.toLowerCase();
  const groups = new Map(api.tags.map((tag) => [tag.name, element("ul")]));
  for (const [path, item] of Object.entries(api.paths)) {
    for (const [method, operation] of Object.entries(item)) {
      const words = `${method} ${path} ${operation.operationId} ${operation.description}`.toLowerCase();
      if (!words.includes(wanted)) continue;
      const link = element("a", { href: `#${method} ${path}`, title: operation.summary },
        element("span", { class: "verb" }, method.toUpperCase()), path);
      groups.get(operation.tags[0]).append(element("li", {}, link));
    }
  }
  operations.replaceChildren();
  for (const [tag, items] of groups) {
    if (items.children.length) operations.append(element("h2", {}, tag), items);
  }
  mark();
}

function mark() {
  const current = decodeURIComponent(location.hash);
  for (const link of operations.querySelectorAll("a")) {
    if (link.getAttribute("href") === current) link.setAttribute("aria-current", "page");
    else link.removeAttribute("aria-current");
  }
}

function overview() {
  const nodes = [element("h2", {}, api.info.title), prose(api.info.description)];
  for (const tag of api.tags) nodes.push(element("h3", {}, tag.name), prose(tag.description));
  main.replaceChildren(...nodes);
}

function route() {
  const [method, path] = decodeURIComponent(location.hash.slice(1)).split(" ");
  if (path && api.paths[path] && api.paths[path][method]) show(path, method);
  else overview();
  mark();
  main.focus();
}

async function start() {
  try {
    api = await (await fetch("/openapi.json")).json();
  } catch (error) {
    main.textContent = `The document cannot be read: ${error}`;
    return;
  }
  document.getElementById("filter").addEventListener("input", (event) => list(event.target.value));
  window.addEventListener("hashchange", route);
  list("");
  route();
}

start();
