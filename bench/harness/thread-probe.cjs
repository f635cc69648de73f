// Preloaded into the broker by NODE_OPTIONS: each thread writes down under which number the system
// knows it, because Node names them all alike; and, when asked to, collects its garbage again and
// again, or profiles itself between two SIGUSR2 to the process.
'use strict';
const { readlinkSync, writeFileSync } = require('node:fs');
const { join } = require('node:path');
const { setFlagsFromString } = require('node:v8');
const { runInNewContext } = require('node:vm');
const { BroadcastChannel, isMainThread, workerData } = require('node:worker_threads');

const { BENCH_THREADS_DIR: directory, BENCH_PROFILE_DIR: profileDirectory } = process.env;
const collectEveryMs = Number(process.env['BENCH_COLLECT_EVERY_MS'] ?? 0);
const name = isMainThread ? 'main' : workerData?.name;

if (directory !== undefined && name !== undefined) {
  const [pid, , tid] = readlinkSync('/proc/thread-self').split('/');
  writeFileSync(join(directory, `${pid}-${tid}`), name);
  const isBroker = /\b(broker\.mjs|src\/main\.ts)$/.test(process.argv[1] ?? '') || !isMainThread;
  if (profileDirectory !== undefined && isBroker) profileWhenAsked(profileDirectory);
  if (collectEveryMs > 0 && isBroker) {
    setFlagsFromString('--expose-gc');
    setInterval(runInNewContext('gc'), collectEveryMs).unref();
  }
}

/** @param {string} directory */
function profileWhenAsked(directory) {
  const { Session } = require('node:inspector');
  const session = new Session();
  const channel = new BroadcastChannel('bench-profile');
  let isRunning = false;
  const toggle = () => {
    isRunning = !isRunning;
    if (isRunning) start();
    else stop();
  };
  const start = () => {
    session.connect();
    session.post('Profiler.enable');
    session.post('Profiler.setSamplingInterval', { interval: 500 });
    session.post('Profiler.start');
  };
  const stop = () => {
    session.post('Profiler.stop', (error, result) => {
      if (error !== null) return void process.stderr.write(`no profile: ${error.message}\n`);
      writeFileSync(join(directory, `${name}.cpuprofile`), JSON.stringify(result.profile));
      session.disconnect();
    });
  };
  channel.onmessage = toggle;
  channel.unref();
  if (!isMainThread) return;
  process.on('SIGUSR2', () => {
    channel.postMessage('toggle');
    toggle();
  });
}
