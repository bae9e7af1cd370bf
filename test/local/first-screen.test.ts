import { describe, expect, it } from "vitest";
import { firstScreen } from "../../local/terminal/first-screen.js";

const api = (name: string, port: number) => ({
  name,
  url: `ws://localhost:${port}/prod`,
  endpoint: `http://127.0.0.1:${port}/prod`,
  port,
  stage: "prod",
});
const screen = { version: "1.2.3", app: "cdk.json", readyMs: 900, environments: 1, colors: false };

describe("the first screen", () => {
  it("has a block for each of several APIs, and then what they share", () => {
    const apis = [api("Chat", 3000), api("Admin", 3001)];
    expect(firstScreen({ ...screen, apis, pageUrl: "http://localhost:3000/", keys: "Keys: q quit" })).toBe(`
  socket.io-lambda  1.2.3  cdk.json  ready in 900 ms, 1 environment a function

  Chat
  Socket.IO   io("ws://localhost:3000", { path: "/prod", transports: ["websocket"] })
  WebSocket   npx -y wscat -c ws://localhost:3000/prod

  Admin
  Socket.IO   io("ws://localhost:3001", { path: "/prod", transports: ["websocket"] })
  WebSocket   npx -y wscat -c ws://localhost:3001/prod

  Page        http://localhost:3000/

  Keys: q quit

`);
  });

  it("has no escape sequences without colours, and says where a debugger attaches", () => {
    const text = firstScreen({ ...screen, apis: [api("Chat", 3000)], inspectorAddress: "127.0.0.1:9229" });
    expect(text).toContain("  Debugger    127.0.0.1:9229  chrome://inspect");
    expect(text).not.toContain("\u001b");
    expect(firstScreen({ ...screen, apis: [api("Chat", 3000)], colors: true })).toContain("\u001b[1m");
  });
});
