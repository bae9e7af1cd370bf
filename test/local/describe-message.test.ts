import { describe, expect, it } from "vitest";
import { describeMessage } from "../../local/terminal/describe-message.js";

describe("describeMessage", () => {
  it.each([
    ["2", "ping"],
    ["3", "pong"],
    ["40", "connect"],
    ['40/members,{"token":"t"}', "/members connect"],
    ["41", "disconnect"],
    ['42["say","room","hi"]', "say"],
    ['4212["say"]', "say"],
    ['42/members,3["방 이름"]', "/members 방 이름"],
    ['451-/bin,["upload",{"_placeholder":true,"num":0}]', "/bin upload"],
    ["437[1]", "ack"],
    ['{"action":"say","data":["hi"]}', "say"],
    ['{"action":"say","nsp":"/members"}', "/members say"],
    ['{"data":1}', undefined],
    ["{no json", undefined],
    ["hello", undefined],
    ["", undefined],
    ['42["boom\\n[store] FORGED"]', "boom\\n[store] FORGED"],
    ['42["boom\n[store] FORGED"]', "boom\\n[store] FORGED"],
    ['42["\u009b2J\u202e"]', "\\u009b2J\\u202e"],
    ['{"action":"boom\\u001b]0;title\\u0007"}', "boom\\u001b]0;title\\u0007"],
    ["40/\u001b[2J,", "/\\u001b connect"],
    [`42["${"x".repeat(100)}"]`, `${"x".repeat(60)}… (40 characters more)`],
  ])("calls %s %s", (body, name) => {
    expect(describeMessage(body)).toBe(name);
  });
});
