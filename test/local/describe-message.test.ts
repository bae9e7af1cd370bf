import { describe, expect, it } from "vitest";
import { describeMessage } from "../../local/describe-message.js";

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
  ])("calls %s %s", (body, name) => {
    expect(describeMessage(body)).toBe(name);
  });
});
