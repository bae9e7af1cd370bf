/** The user's app. Each bundle says which file it is (`lib/app-function.ts`). */
declare module "#app" {
  export const io: unknown;
}
