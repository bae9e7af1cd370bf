const express = require("express");
const jwt = require("jsonwebtoken");
const passport = require("passport");
const { Strategy, ExtractJwt } = require("passport-jwt");
const { createServer } = require("http");
const { Server } = require("socket.io");

const app = express();
const secret = process.env.JWT_SECRET;
const people = [
  { id: 1, name: "kim", password: "pw" },
  { id: 2, name: "lee", password: "pw" },
];

passport.use(
  new Strategy({ jwtFromRequest: ExtractJwt.fromAuthHeaderAsBearerToken(), secretOrKey: secret }, (payload, done) => {
    const found = people.find((person) => person.id === payload.sub);
    done(null, found || false);
  }),
);

app.use(express.json());
app.post("/login", (req, res) => {
  const person = people.find(({ name }) => name === req.body.name);
  if (!person || person.password !== req.body.password) return res.status(401).end();
  const token = jwt.sign({ sub: person.id }, secret);
  res.json({ token });
});

const httpServer = createServer(app);
const io = new Server(httpServer);
io.engine.use(passport.initialize());
io.engine.use((req, res, next) => {
  const isHandshake = req._query.sid === undefined;
  if (isHandshake) passport.authenticate("jwt", { session: false })(req, res, next);
  else next();
});
io.on("connection", (socket) => {
  const { user } = socket.request;
  socket.join(`user:${user.id}`);
  socket.on("whoami", (cb) => cb(user.name));
});
httpServer.listen(3000);
