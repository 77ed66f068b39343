import { type MessagePort, parentPort, workerData } from "node:worker_threads";
import { FileMover } from "./file-mover.ts";
import type { Order, ThreadSettings } from "./messages.ts";

// This file is the start of a worker thread. Nothing imports it.
const port = parentPort as MessagePort;
const mover = new FileMover(workerData as ThreadSettings, (report) => port.postMessage(report));
port.on("message", (order: Order) => mover.take(order));
