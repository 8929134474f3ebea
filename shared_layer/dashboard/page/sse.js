// Server-sent events over fetch(), because EventSource cannot send an API key (WHATWG HTML, section 9.2.6).

export async function* messages(response) {
  const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
  let rest = "";
  let fields = {};
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return;
    const lines = (rest + value).split("\n");
    rest = lines.pop();
    for (const line of lines) {
      if (line === "") {
        if ("data" in fields) yield { type: fields.event ?? "message", id: fields.id, data: JSON.parse(fields.data) };
        fields = {};
      } else if (line.startsWith(":")) {
        yield { type: "heartbeat" };
      } else {
        const [name, text] = split(line);
        fields[name] = name === "data" && "data" in fields ? `${fields.data}\n${text}` : text;
      }
    }
  }
}

function split(line) {
  const colon = line.indexOf(":");
  if (colon < 0) return [line, ""];
  const text = line.slice(colon + 1);
  return [line.slice(0, colon), text.startsWith(" ") ? text.slice(1) : text];
}
