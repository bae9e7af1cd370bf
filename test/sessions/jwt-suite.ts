/** A login by a JSON Web Token at the handshake, on Socket.IO's own server and on ours, by each transport. */
import jwt from "jsonwebtoken";
import { describe, expect, it } from "vitest";
import { received } from "../support/clients.js";
import { JWT_SECRET } from "./apps/jwt-app.js";
import { TRANSPORTS, targetOf } from "./suite.js";
import type { AppName, Target } from "./targets.js";

const ADA = { id: 7, name: "Ada" };
const BO = { id: 8, name: "Bo" };

export function runJwt(where: string, start: (app: AppName) => Promise<Target>): void {
  describe(`passport-jwt ${where}`, () => {
    const { clients } = targetOf(() => start("jwt"));

    describe.each(Object.entries(TRANSPORTS))("%s", (_name, transports) => {
      const make = (token: string) =>
        clients.make("/", { ...transports, extraHeaders: { authorization: `Bearer ${token}` } });
      const join = async (data: object) => {
        const socket = make(jwt.sign({ data }, JWT_SECRET));
        socket.connect();
        await received(socket, "connect");
        return socket;
      };

      it("the user of the token is there in each event, and can be called by a room of his own", async () => {
        const [ada, bo] = await Promise.all([join(ADA), join(BO)]);
        for (const _ of [1, 2]) expect(await ada.emitWithAck("who")).toEqual(ADA);
        const called = received(ada, "called");
        await bo.emitWithAck("call", ADA.id, "come here");
        expect(await called).toEqual(["Bo", "come here"]);
      });

      it.each([
        ["with another secret", jwt.sign({ data: ADA }, "another secret, just as long as it.")],
        ["that has expired", jwt.sign({ data: ADA }, JWT_SECRET, { expiresIn: -1 })],
        ["that is none", "none"],
      ])("a token %s is refused", async (_what, token) => {
        const socket = make(token);
        const error = received(socket, "connect_error");
        socket.connect();
        expect(String((await error)[0])).toMatch(/(websocket|xhr poll) error/);
      });
    });
  });
}
