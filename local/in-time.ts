/**
 * What a piece of work gives, or what `otherwise` gives or throws when it has taken `ms` without an end. The
 * work goes on, and what comes of it then is dropped. The wait alone keeps no process alive.
 */
export async function inTime<Result>(
  work: Promise<Result> | Result,
  ms: number,
  otherwise: () => Result,
): Promise<Result> {
  let timer: NodeJS.Timeout | undefined;
  const over = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, ms).unref();
  });
  try {
    return await Promise.race([work, over.then(otherwise)]);
  } finally {
    clearTimeout(timer);
  }
}
