export * from "./more.js";

export const answers = {
  options: { loud: true },
  find: (text: string, loud: boolean) => (loud ? text.toUpperCase() : text),
};
