/** The work's result, or an error after that long. The work itself is not cancelled: nobody waits for it any more. */
export async function within<TResult>(msMax: number, work: () => Promise<TResult>): Promise<TResult> {
  let timer: NodeJS.Timeout | undefined;
  const timeout = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(new Error(`not done within ${Math.round(msMax)} ms`)), msMax);
  });
  try {
    return await Promise.race([work(), timeout]);
  } finally {
    clearTimeout(timer);
  }
}
