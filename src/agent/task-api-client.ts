// A file of its own, which the build puts beside index.js: few steps ask for a token, and the others shall not read the client.
export { TaskApi } from "azure-devops-node-api/TaskApi.js";
