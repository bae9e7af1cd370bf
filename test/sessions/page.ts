/** The server of the page, beside the app with the sockets: one logs in there. It has the same sessions. */
import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import express, { type RequestHandler } from "express";
import { DynamoSessionStore } from "./apps/dynamo-session-store.js";
import { passportOf, sessionIn, User } from "./apps/login.js";

const CREDENTIALS = { accessKeyId: "local", secretAccessKey: "local" };

export class Page {
  private constructor(
    private readonly url: string,
    readonly close: () => Promise<void>,
  ) {}

  static async serve(endpoint: string): Promise<Page> {
    const store = new DynamoSessionStore({ endpoint, region: "eu-west-1", credentials: CREDENTIALS });
    const passport = passportOf();
    const app = express();
    app.use(sessionIn(store), passport.initialize() as RequestHandler, passport.session() as RequestHandler);
    app.get("/login/:name", (request, response, next) => {
      request.login(new User(request.params.name), (error) => (error ? next(error) : response.end()));
    });
    app.get("/logout", (request, response) => {
      request.session.destroy(() => response.end());
    });
    app.get("/count/:count", (request, response) => {
      request.session.count = Number(request.params.count);
      response.end();
    });
    app.get("/session", (request, response) => {
      response.json({ id: request.session.id, count: request.session.count ?? null });
    });
    const http = createServer(app).listen(0, "127.0.0.1");
    await once(http, "listening");
    return new Page(`http://127.0.0.1:${(http.address() as AddressInfo).port}`, async () => {
      store.close();
      http.closeAllConnections();
      await new Promise((resolve) => http.close(resolve));
    });
  }

  /** Resolves with the cookie. */
  async login(name: string): Promise<string> {
    const { headers } = await this.#get(`/login/${name}`);
    return headers.getSetCookie()[0]?.split(";")[0] ?? "";
  }

  async logout(cookie: string): Promise<void> {
    await this.#get("/logout", cookie);
  }

  async setCount(cookie: string, count: number): Promise<void> {
    await this.#get(`/count/${count}`, cookie);
  }

  async session(cookie: string): Promise<{ readonly id: string; readonly count: number | null }> {
    return (await this.#get("/session", cookie)).json() as Promise<{ id: string; count: number | null }>;
  }

  #get(path: string, cookie = ""): Promise<Response> {
    return fetch(this.url + path, { headers: { cookie } });
  }
}
