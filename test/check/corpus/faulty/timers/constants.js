module.exports = { TICK: 1000, ROUND_MS: 60 * 1000 };
