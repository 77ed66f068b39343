import { UPLOADS } from "./uploads.ts";
import { DOWNLOADS } from "./downloads.ts";
import { PUBLISHES } from "./publishes.ts";
import { randomFrom } from "../random.ts";
import { casesOf, refer, runFaultCase } from "./fault-case.ts";
const want = process.argv[2] ?? "";
const random = randomFrom(5);
for (const s of [...UPLOADS, ...DOWNLOADS, ...PUBLISHES].filter((x)=>x.name===want || (want.endsWith("*") && x.name.startsWith(want.slice(0,-1))))) {
  const ref = await refer(s);
  const cases = casesOf(s, ref, (n)=>random.below(n));
  console.log(s.name, ref.result, cases.length, JSON.stringify(ref.outputs));
  const t=performance.now();
  const queue = [...cases];
  await Promise.all([1,2,3,4].map(async ()=>{ for (let c=queue.shift(); c; c=queue.shift()) {
    const e = await runFaultCase(c, ref).catch((error)=>({id:`${c.operation} ${c.kind.name}`, end:"CRASH", codes:[String(error.stack)], violations:[] as never[]}));
    if (e.violations.length || process.argv[3] || e.end==="CRASH") console.log(e.id, "=>", e.end, e.codes.join(), e.violations.map(v=>`\n      !! ${v.never}: ${v.what.slice(0,300)}`).join(""));
  }}));
  console.log("   took", Math.round(performance.now()-t));
}
process.exit(0);
