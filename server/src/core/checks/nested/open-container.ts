import type { ContainerType } from '../inspection/identify.ts';
import type { Container } from './container.ts';
import { openCompressed } from './open-compressed.ts';
import { openTar } from './open-tar.ts';
import { openZip } from './open-zip.ts';

export async function openContainer(type: ContainerType, container: Container): Promise<void> {
  switch (type) {
    case 'zip':
      return openZip(container);
    case 'tar':
      return openTar(container);
    case '7z':
    case 'rar':
      if (container.endRecords.length > 0) container.appended();
      return container.missed(`What lies in it was not looked at: ${type} is not opened.`);
    default:
      return openCompressed(type, container);
  }
}
