// A generator process: its work is generating load, and its CPU time is nobody else's. It ends with
// its parent.
import { CrowdLoad } from './crowd-load.ts';
import { FlowLoad } from './flow-load.ts';
import { OrderLoad } from './order-load.ts';
import type { FromLoad, LoadPlan, ToLoad } from './protocol.ts';
import { StreamLoad } from './stream-load.ts';

type Load = OrderLoad | FlowLoad | StreamLoad | CrowdLoad;

let load: Load | null = null;

process.on('message', (message: ToLoad) => {
  switch (message.kind) {
    case 'OrderPlan':
    case 'FlowPlan':
    case 'StreamPlan':
    case 'CrowdPlan':
      load = loadFor(message);
      return void load.open();
    case 'Begin':
      return load?.begin();
    case 'End':
      if (load instanceof CrowdLoad || load instanceof StreamLoad) load.end();
      return;
    case 'Compare':
      return load instanceof CrowdLoad ? load.finish(new Map(message.published)) : undefined;
    case 'Finish':
      if (load instanceof StreamLoad) load.finish(message.headSeqs);
  }
});
process.on('disconnect', () => process.exit(0));

function loadFor(plan: LoadPlan): Load {
  switch (plan.kind) {
    case 'OrderPlan':
      return new OrderLoad(plan, tell);
    case 'FlowPlan':
      return new FlowLoad(plan, tell);
    case 'StreamPlan':
      return new StreamLoad(plan, tell);
    case 'CrowdPlan':
      return new CrowdLoad(plan, tell);
  }
}

function tell(message: FromLoad): void {
  process.send?.(message);
}
