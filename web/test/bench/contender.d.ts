/** What the scripts of the bare pages put on the window. */
declare const contender: {
  readyAt: Promise<number>;
  connect(name: string): Promise<number>;
  opened(): Promise<boolean>;
  live(): number;
  close(): void;
  expect(count: number, what?: 'messages' | 'bytes'): void;
  arrived(): Promise<number>;
  send(data: string | ArrayBuffer): void;
  buffered(): number;
  sendFile(file: Blob): unknown;
};
