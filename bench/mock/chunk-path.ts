/** Where the mock serves the `deliver` function's event for the members from `start` to before `end`. */
export function chunkPath(start: number, end: number): string {
  return `/chunks/${start}-${end}`;
}
