import { type MessagePort, parentPort, workerData } from "node:worker_threads";
import { FileMover } from "./file-mover.ts";
import type { Order, ThreadSettings } from "./messages.ts";

// The file is run as a worker's own, and nothing is imported from it.
const port = parentPort as MessagePort;
const mover = new FileMover(workerData as ThreadSettings, (report) => port.postMessage(report));
port.on("message", (order: Order) => mover.take(order));
