/** A real HTTP server that answers as it is told, for clients that must cope with what AWS may answer. */
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";

/** A status; `cut`: the connection ends without an answer; `silence`: nothing ever comes. */
export type ScriptedAnswer = number | "cut" | "silence";

export class ScriptedServer {
  /** Bodies of the requests, in order. */
  readonly bodies: string[] = [];

  private constructor(private readonly server: Server) {}

  /** Answers are given one after another, and the last one from then on. */
  static async start(answers: readonly ScriptedAnswer[], body = ""): Promise<ScriptedServer> {
    const left = [...answers];
    const server = createServer(async (request, response) => {
      let received = "";
      for await (const chunk of request.setEncoding("utf8")) received += chunk;
      scripted.bodies.push(received);
      const answer = left.length > 1 ? left.shift() : left[0];
      if (answer === "cut") response.destroy();
      else if (typeof answer === "number") response.writeHead(answer).end(body);
    });
    const scripted = new ScriptedServer(server);
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    return scripted;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  close(): void {
    this.server.closeAllConnections();
    this.server.close();
  }
}
