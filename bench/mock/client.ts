/** The mock of AWS, started and told what to be like. */
import type { ChildProcess } from "node:child_process";
import type { Programs } from "../programs.js";
import type { FromMock, MockSettings, MockStats, MockTask, ToMock } from "./protocol.js";

export interface MockAws {
  /** `http://127.0.0.1:PORT`, or `https:`: DynamoDB; the management API is below `/prod`. */
  readonly url: string;
  configure(settings: MockSettings): Promise<void>;
  takeStats(): Promise<MockStats>;
  close(): void;
}

export async function startMock(programs: Programs, task: MockTask = {}): Promise<MockAws> {
  const child = programs.start("mock/aws.ts", task);
  const { port } = await next(child, "listening");
  const ask = async <Type extends FromMock["type"]>(message: ToMock, type: Type) => {
    const answer = next(child, type);
    child.send(message);
    return answer;
  };
  return {
    url: `${task.pem ? "https" : "http"}://127.0.0.1:${port}`,
    async configure(settings) {
      await ask({ type: "configure", settings }, "configured");
    },
    async takeStats() {
      return (await ask({ type: "takeStats" }, "stats")).stats;
    },
    close: () => void child.kill(),
  };
}

function next<Type extends FromMock["type"]>(
  child: ChildProcess,
  type: Type,
): Promise<Extract<FromMock, { type: Type }>> {
  return new Promise((resolve, reject) => {
    const onMessage = (message: FromMock) => {
      if (message.type !== type) return;
      child.off("message", onMessage).off("exit", onExit);
      resolve(message as Extract<FromMock, { type: Type }>);
    };
    const onExit = (code: number | null) => reject(new Error(`The mock of AWS ended with code ${code}.`));
    child.on("message", onMessage).once("exit", onExit);
  });
}
