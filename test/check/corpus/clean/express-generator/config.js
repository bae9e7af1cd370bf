module.exports = { port: 3000, secret: "x" };
