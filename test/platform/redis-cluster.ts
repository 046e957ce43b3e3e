/** A Redis Cluster of a test's own on the loopback address. */
import { command, RedisServer } from './redis-server.js'
import { until } from './until.js'

const slots = 16_384

/** Starts so many nodes without replicas, which share the slots evenly. */
export async function startCluster(size: number): Promise<RedisServer[]> {
  const nodes: RedisServer[] = []
  for (let i = 0; i < size; i++) nodes.push(await RedisServer.start('--cluster-enabled', 'yes', '--cluster-node-timeout', '2000'))
  const begins = (i: number) => Math.round((i * slots) / size)
  for (const [i, node] of nodes.entries()) await node.command('CLUSTER', 'ADDSLOTSRANGE', String(begins(i)), String(begins(i + 1) - 1))
  for (const node of nodes.slice(1)) await command(nodes[0]?.url ?? '', 'CLUSTER', 'MEET', '127.0.0.1', String(node.port))
  for (const node of nodes)
    await until('the cluster agrees', async () => String(await node.command('CLUSTER', 'INFO')).includes('cluster_state:ok'), 30_000)
  return nodes
}
