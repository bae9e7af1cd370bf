/**
 * So long after its handler began an event has reached all that it will reach: none lives longer
 * (aws-facts.md §1.6). Who left within this time, or was lost for good, is owed nothing; what came to a
 * client that recovered within it may have come by itself, with the replay, or both.
 */
export const SETTLED_MS = 29_000;
