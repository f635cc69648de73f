// A generator process: its work is generating load, and its CPU time is nobody else's. It ends with
// its parent.
import { OrderLoad } from './order-load.ts';
import type { FromLoad, LoadPlan, ToLoad } from './protocol.ts';
import { StreamLoad } from './stream-load.ts';

let load: OrderLoad | StreamLoad | null = null;

process.on('message', (message: ToLoad) => {
  switch (message.kind) {
    case 'OrderPlan':
    case 'StreamPlan':
      load = loadFor(message);
      return void load.open();
    case 'Begin':
      return load?.begin();
    case 'Finish':
      if (load instanceof StreamLoad) load.finish(message.headSeqs);
  }
});
process.on('disconnect', () => process.exit(0));

function loadFor(plan: LoadPlan): OrderLoad | StreamLoad {
  return plan.kind === 'OrderPlan' ? new OrderLoad(plan, tell) : new StreamLoad(plan, tell);
}

function tell(message: FromLoad): void {
  process.send?.(message);
}
