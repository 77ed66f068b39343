import { type MessagePort, parentPort, workerData } from "node:worker_threads";
import { FileMover } from "./file-mover.ts";
import type { Order, ThreadSettings } from "./messages.ts";

// This file is the start of a worker thread. Nothing imports it.
const port = parentPort as MessagePort;
const mover = new FileMover(workerData as ThreadSettings, (report) => port.postMessage(report));
// The main thread waits for an answer to each order. It learns that there will be none when this thread ends.
port.on("messageerror", (error) => {
  throw error;
});
port.on("message", (order: Order) => mover.take(order));
