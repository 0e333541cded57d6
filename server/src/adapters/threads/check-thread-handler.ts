// Runs inside a check thread: one task at a time, each with a source of its own.
import {
  type About,
  type ArchiveReader,
  Budget,
  type ByteSource,
  ContentInspection,
  checkStructure,
  type Expander,
  examinePackage,
  hashContent,
  hintOf,
  type Inspection,
  isWorthRemembering,
  type Member,
  Recollection,
  type ScratchSpace,
  type Search,
  surveyArchive,
} from '../../core/checks/index.ts';
import type { ContentLocation } from '../../core/content/index.ts';
import { StorageError } from '../../core/errors.ts';
import type { CheckTask, CheckTasks, PackedMembers, TaskOutcome } from './check-tasks.ts';

export interface ThreadPorts {
  readonly archiveReader: ArchiveReader;
  readonly expander: Expander;
  readonly scratch: ScratchSpace;
  /** How the checks of content look at files. */
  readonly inspections: () => readonly Inspection[];
  readonly openSource: (content: ContentLocation) => Source | Promise<Source>;
}

/** Closed by whoever opened it, once no read is under way. */
type Source = ByteSource & { close?(): void };

type Answer = CheckTasks[keyof CheckTasks]['answer'];

/** What a check thread's file exports as its default. */
export function checkThreadHandler(ports: ThreadPorts): (task: CheckTask) => Promise<TaskOutcome<Answer>> {
  return async (task) => {
    try {
      const source = await ports.openSource(task.content);
      try {
        return { answer: await work(ports, source, task) };
      } finally {
        source.close?.();
      }
    } catch (error) {
      if (error instanceof StorageError) {
        return { storageFailure: error.failure, transience: error.transience, message: error.message };
      }
      throw error;
    }
  };
}

async function work(ports: ThreadPorts, source: ByteSource, task: CheckTask): Promise<Answer> {
  switch (task.task) {
    case 'hash':
      return hashContent(source);
    case 'structure':
      return checkStructure(ports, source, task.about, task.limits);
    case 'members':
      return examinePackage(source, unpack(task.members), searchOf(ports, task));
    case 'survey': {
      const survey = await surveyArchive(ports, source, task.limits);
      const batches = survey.batches.map(({ members, workBytes }) => ({
        members: pack(members),
        workBytes,
        hints: hintsOf(members, task.hintsFor),
      }));
      return { ...survey, batches };
    }
  }
}

function hintsOf(members: readonly Member[], kind: About['kind'] | null): string[] {
  return kind === null ? [] : members.filter(isWorthRemembering).map((member) => hintOf(kind, member));
}

function searchOf(ports: ThreadPorts, task: Extract<CheckTask, { task: 'members' }>): Search {
  const { limits, content, memory, kind } = task;
  const worked = new BigInt64Array(task.worked);
  return {
    ports,
    inspection: new ContentInspection(ports.inspections(), kind),
    limits,
    budget: new Budget(new BigInt64Array(task.spent), content.sizeBytes, limits),
    worked: (bytes) => void Atomics.add(worked, 0, BigInt(bytes)),
    ...(memory !== null && { memory: new Recollection(kind, memory.engines, memory.known) }),
  };
}

function pack(members: readonly Member[]): PackedMembers {
  return new TextEncoder().encode(JSON.stringify(members));
}

function unpack(members: PackedMembers): readonly Member[] {
  return JSON.parse(new TextDecoder().decode(members));
}
