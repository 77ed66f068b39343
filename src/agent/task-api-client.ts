// A file of its own, which the build puts beside main.js: few steps ask for a token, and the others shall not read the client.
import { TaskApi as Client } from "azure-devops-node-api/TaskApi.js";

export class TaskApi extends Client {
  constructor(...settings: ConstructorParameters<typeof Client>) {
    super(...settings);
    const create = this.rest.create.bind(this.rest);
    // The library takes 404 for an answer without content, as it does a page.
    this.rest.create = async (...request) => {
      const answer = await create<never>(...request);
      if (answer.statusCode === 404) throw Object.assign(new Error("it found nothing of that name"), answer);
      return answer;
    };
  }
}
