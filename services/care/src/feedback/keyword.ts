const words: readonly string[] =
  'stop unsubscribe cancel end quit n t td r 退订 退 取消 停止 取消订阅 不要再发 拒收'.split(' ');

/** Whether a reply asks for no more messages. Only a reply that says nothing else does. */
export function isStop(text: string): boolean {
  const bare = text
    .normalize('NFKC')
    .toLowerCase()
    .replaceAll(/[\s\p{P}]+/gu, '');
  return words.includes(bare);
}
