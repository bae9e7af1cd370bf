import { describe, expect, it } from "vitest";
import { UpdateExpression } from "../../runtime/store/update-expression.js";
import { encodeValue } from "../../runtime/store/value.js";

const KEY = { id: { S: "x" } };

describe("UpdateExpression", () => {
  it("gives each clause once, each name and value an alias", () => {
    const update = new UpdateExpression()
      .requireExists("id")
      .requireEqual(["session /", "sid"], { S: "s" })
      .set(["a"], { N: "1" })
      .set(["b"], { N: "2" })
      .remove("c", "d")
      .addToSet("rooms /", new Set(["r1", "r2"]))
      .deleteFromSet("spent /", new Set(["e#0"]));
    expect(update.toInput("Table", KEY)).toEqual({
      TableName: "Table",
      Key: KEY,
      ConditionExpression: "attribute_exists(#n0) AND #n1.#n2 = :v0",
      UpdateExpression: "SET #n3 = :v1, #n4 = :v2 REMOVE #n5, #n6 ADD #n7 :v3 DELETE #n8 :v4",
      ExpressionAttributeNames: {
        "#n0": "id",
        "#n1": "session /",
        "#n2": "sid",
        "#n3": "a",
        "#n4": "b",
        "#n5": "c",
        "#n6": "d",
        "#n7": "rooms /",
        "#n8": "spent /",
      },
      ExpressionAttributeValues: {
        ":v0": { S: "s" },
        ":v1": { N: "1" },
        ":v2": { N: "2" },
        ":v3": { SS: ["r1", "r2"] },
        ":v4": { SS: ["e#0"] },
      },
    });
  });

  it("a name that occurs twice has one alias", () => {
    const input = new UpdateExpression()
      .requireMissingOrOwn("a", { S: "" })
      .set(["a"], { S: "" })
      .toInput("T", KEY);
    expect(input).toMatchObject({
      ConditionExpression: "(attribute_not_exists(#n0) OR #n0 = :v0)",
      UpdateExpression: "SET #n0 = :v1",
      ExpressionAttributeNames: { "#n0": "a" },
    });
  });

  it("user input stands in names and values only", () => {
    const evil = "x = :v0 REMOVE #n0, a.b[0]";
    const values = new Map([
      [evil, encodeValue("k", evil)],
      ["gone.with-it", undefined],
    ]);
    const input = new UpdateExpression().requireExists(evil).setOrRemove(evil, values).toInput("T", KEY);
    expect(input.UpdateExpression).toBe("SET #n0.#n0 = :v0 REMOVE #n0.#n1");
    expect(input.ExpressionAttributeNames).toEqual({ "#n0": evil, "#n1": "gone.with-it" });
  });

  it("empty sets add no clause, and no values no values", () => {
    const input = new UpdateExpression()
      .requireExists("id")
      .remove("a")
      .addToSet("s", new Set())
      .deleteFromSet("s", new Set())
      .setOrRemove("m")
      .toInput("T", KEY);
    expect(input.UpdateExpression).toBe("REMOVE #n1");
    expect(input).not.toHaveProperty("ExpressionAttributeValues");
  });
});
