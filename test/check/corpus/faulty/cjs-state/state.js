exports.requests = 0; // ! module-state
