/**
 * Runs a task once everything this turn set in motion has run, promises included: `setImmediate` in Node,
 * a message to ourselves in a browser (its timers would wait 4 ms).
 */
export const afterThisTick: (task: () => void) => void =
  typeof setImmediate === 'function' ? (task) => void setImmediate(task) : messageToOurselves();

function messageToOurselves(): (task: () => void) => void {
  const tasks: (() => void)[] = [];
  const { port1, port2 } = new MessageChannel();
  port1.onmessage = () => tasks.shift()?.();
  return (task) => {
    tasks.push(task);
    port2.postMessage(null);
  };
}
