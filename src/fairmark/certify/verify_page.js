// What the page does with a label: from its own address, from pasted text, or from a picture where the browser can.
const at = (id) => document.getElementById(id);
const ready = prepare(JSON.parse(at("data").textContent));

function line(parent, name, text) {
  parent.append(Object.assign(document.createElement(name), { textContent: text }));
}

async function show(text) {
  const found = await judge(text, await ready, Math.floor(Date.now() / 1000));
  at("answer").className = found.colour;
  at("title").textContent = found.title;
  at("says").textContent = found.says;
  at("notes").replaceChildren();
  at("facts").replaceChildren();
  found.notes.forEach((note) => line(at("notes"), "li", note));
  found.facts.forEach(([name, value]) => { line(at("facts"), "dt", name); line(at("facts"), "dd", value); });
  at("answer").hidden = false;
}

function own() {
  const hash = location.hash.slice(1);
  if (hash) show(ADDRESS.test(location.href) ? location.href : hash);
}

at("form").addEventListener("submit", (event) => { event.preventDefault(); show(at("text").value); });
addEventListener("hashchange", own);
if ("BarcodeDetector" in globalThis) {
  at("picture").hidden = false;
  at("file").addEventListener("change", async () => {
    try {
      const picture = await createImageBitmap(at("file").files[0]);
      const codes = await new BarcodeDetector({ formats: ["qr_code"] }).detect(picture);
      show(codes.length === 1 ? codes[0].rawValue : "");
    } catch {
      show("");
    }
  });
}
own();
