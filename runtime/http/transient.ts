/** Whether a call to AWS may do better later: it was throttled, it failed, or no answer came. */
export function isTransient(status: number | undefined): boolean {
  return status === undefined || status === 429 || status >= 500;
}
