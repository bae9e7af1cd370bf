/** What a Socket.IO program serves beside its sockets: a little JSON, what a client posts, a page. */
import express from "express";

export const app = express();
app.use(express.json());
app.get(["/hello", "/alone/hello"], (request, response) => {
  response.json({ hello: request.query.name ?? "world" });
});
app.post(["/notes", "/alone/notes"], (request, response) => {
  response.status(201).json(request.body);
});
app.get(["/page", "/alone/page"], (_request, response) => {
  response.type("html").send(PAGE);
});

const PAGE = `<!doctype html><title>A page</title>${"<p>Some forty kilobytes of text.</p>".repeat(1_200)}`;
