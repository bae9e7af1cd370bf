import { expect, it } from "vitest";
import { Queue } from "../../runtime/async/queue.js";

it("a queue gives what came first, whenever the others come", () => {
  const queue = new Queue<{ n: number }>();
  const given: (number | undefined)[] = [];
  const take = (count: number) => {
    for (let i = 0; i < count; i++) given.push(queue.shift()?.n);
  };
  let n = 0;
  const put = (count: number) => {
    for (let i = 0; i < count; i++) queue.push({ n: n++ });
  };
  put(3);
  take(1);
  put(2);
  take(3);
  put(1);
  take(3);
  put(1);
  take(1);
  expect(given).toEqual([0, 1, 2, 3, 4, 5, undefined, 6]);
});
