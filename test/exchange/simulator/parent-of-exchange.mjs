// Starts a simulator that is to end with this process, and tells its pid once it is ready.
import { spawn } from 'node:child_process';

const main = 'src/exchange/simulator/main.ts';
const args = ['--import', 'tsx', main, '--port', '0', '--data', process.argv[2] ?? '', '--parent'];
const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit', 'ipc'] });
child.stdout?.once('data', () => process.send?.(child.pid));
