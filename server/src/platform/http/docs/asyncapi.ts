import type { ContractDescription, JsonSchema } from '@kinga/shared/contract/describe.ts';
import { embedded } from './openapi.ts';

type TopicDescription = ContractDescription['topics'][number];

const position = { epoch: { type: 'string' }, seq: { type: 'integer', minimum: 0 } };

/** What the server says of its own accord on every socket, beside the events of topics. */
const CONTROL_MESSAGES: Readonly<Record<string, { summary: string; payload: JsonSchema }>> = {
  hello: {
    summary: 'First message after the handshake',
    payload: object({
      protocol: { type: 'integer' },
      contractHash: { type: 'string' },
      node: { type: 'string' },
      serverTime: { type: 'string', format: 'date-time' },
      heartbeatMs: { type: 'integer' },
      limits: { type: 'object' },
    }),
  },
  bye: {
    summary: 'Last message before the server ends the socket',
    payload: {
      ...object({ code: { type: 'string' }, message: { type: 'string' } }),
      description: 'May carry retryAfterMs',
    },
  },
  heartbeat: {
    summary: 'Where each watched topic stands; its asOf is what renews trust',
    payload: object({
      at: { type: 'string', format: 'date-time' },
      heads: {
        type: 'object',
        additionalProperties: object({ ...position, asOf: { type: 'string', format: 'date-time' } }),
      },
    }),
  },
  reset: {
    summary: 'Continuity of a topic broke: what came between is unknown to this socket',
    payload: object({ topic: { type: 'string' }, ...position, reason: { type: 'string' } }),
  },
};

/** AsyncAPI 3 of the socket: topics, their events, and the messages of the connection itself. */
export function asyncApiOf(contract: ContractDescription, contractHash: string): JsonSchema {
  const channels = Object.fromEntries(contract.topics.map((topic) => [idOf(topic), channelOf(topic)]));
  return {
    asyncapi: '3.0.0',
    info: {
      title: 'Kinga',
      version: String(contract.protocol),
      description:
        'Socket.IO protocol v5 over WebSocket, path /socket.io, auth { token } or { apiKey }. ' +
        'Watch with emitWithAck("watch", { topic, from? }); procedures are in openapi.json.',
      'x-contract-hash': contractHash,
    },
    servers: {
      hub: {
        host: '{host}',
        pathname: '/socket.io',
        protocol: 'wss',
        variables: { host: { default: 'localhost:3000' } },
      },
    },
    channels: { connection: connectionChannel(), ...channels },
    operations: {
      sendConnection: operationOf('connection', Object.keys(CONTROL_MESSAGES)),
      ...Object.fromEntries(
        contract.topics.map((topic) => [
          `send_${idOf(topic)}`,
          operationOf(idOf(topic), Object.keys(topic.events)),
        ]),
      ),
    },
  };
}

function idOf(topic: TopicDescription): string {
  return topic.pattern.replace(/[^A-Za-z]+/g, '_').replace(/_$/, '');
}

function connectionChannel(): JsonSchema {
  return {
    address: null,
    messages: Object.fromEntries(
      Object.entries(CONTROL_MESSAGES).map(([name, message]) => [name, { name, ...message }]),
    ),
  };
}

function channelOf(topic: TopicDescription): JsonSchema {
  const parameter = /<(.*)>/.exec(topic.pattern)?.[1];
  return {
    address: topic.pattern.replace(/<(.*)>/, '{$1}'),
    summary: topic.summary,
    ...(parameter === undefined ? {} : { parameters: { [parameter]: {} } }),
    'x-kind': topic.kind,
    'x-access': topic.access,
    'x-retention-days': topic.retentionDays,
    messages: Object.fromEntries(
      Object.entries(topic.events).map(([type, data]) => [type, messageOf(type, data)]),
    ),
  };
}

/** Every event travels under the one name `event`. */
function messageOf(type: string, data: JsonSchema): JsonSchema {
  return {
    name: 'event',
    title: type,
    payload: object({
      topic: { type: 'string' },
      ...position,
      at: { type: 'string', format: 'date-time' },
      type: { const: type },
      data: embedded(data),
    }),
  };
}

function operationOf(channel: string, messages: readonly string[]): JsonSchema {
  return {
    action: 'send',
    channel: { $ref: `#/channels/${channel}` },
    messages: messages.map((name) => ({ $ref: `#/channels/${channel}/messages/${name}` })),
  };
}

function object(properties: Readonly<Record<string, unknown>>): JsonSchema {
  return { type: 'object', properties, required: Object.keys(properties) };
}
