import type { ImageContents, BuiltLayers } from '../layers/build-layers';
import { sha256OfText } from '../layers/files';
import { distribution, originOf, type DebianPackage, type Distribution, type Origin } from './debian-packages';

/** The image that a bill of materials is of. */
export interface BilledImage {
  readonly id: string;
  /** Of its manifest, ISO 8601. */
  readonly createdAt: string;
}

/**
 * Software bill of materials of an image: CycloneDX 1.6 as JSON (cyclonedx.org/docs/1.6/json), with a line feed at its end. Looks up
 * on this machine which packages the files of the base came with; the same image, machine and time give the same text.
 */
export const billOfMaterials = async (built: BuiltLayers, image: BilledImage): Promise<string> => {
  const [origin, system] = await Promise.all([originOf(built.contents.files), distribution()]);
  return `${JSON.stringify(billOf({ built, image, origin, system }), null, 2)}\n`;
};

interface Facts {
  readonly built: Pick<BuiltLayers, 'layers' | 'contents'>;
  readonly image: BilledImage;
  readonly origin: Origin;
  readonly system: Distribution;
}

/** The document itself, from nothing but its arguments. */
export const billOf = ({ built, image, origin, system }: Facts) => {
  const { contents } = built;
  const components = [
    agentOf(contents),
    nodeOf(contents),
    ...(contents.kernel
      ? [{ ...debian({ ...contents.kernel, source: 'linux' }, system), type: 'operating-system' }]
      : []),
    ...origin.packages.map((found) => debian(found, system)),
    ...origin.others.map((path) => ({ type: 'file', 'bom-ref': `file:${path}`, name: path })),
    ...built.layers.map(layerOf),
  ];
  return {
    $schema: 'http://cyclonedx.org/schema/bom-1.6.schema.json',
    bomFormat: 'CycloneDX',
    specVersion: '1.6',
    serialNumber: `urn:uuid:${uuidOf(image.id)}`,
    version: 1,
    metadata: {
      timestamp: image.createdAt,
      tools: { components: [{ type: 'application', name: '@polydev/golden-image' }] },
      component: { type: 'container', 'bom-ref': image.id, name: image.id },
    },
    components,
    dependencies: [{ ref: image.id, dependsOn: components.map((component) => component['bom-ref']) }],
  };
};

const agentOf = ({ agent: { name, version, digest } }: ImageContents) => ({
  type: 'application',
  'bom-ref': 'agent',
  name,
  version,
  purl: `pkg:npm/${name.split('/').map(encodeURIComponent).join('/')}@${versionOf(version)}`,
  properties: [{ name: 'polydev:artifact-digest', value: digest }],
});

const nodeOf = ({ node }: ImageContents) => {
  const version = node.replace(/^v/, '');
  const cpe = `cpe:2.3:a:nodejs:node.js:${version}:*:*:*:*:*:*:*`;
  return { type: 'platform', 'bom-ref': 'node', name: 'node', version, cpe, purl: `pkg:generic/node@${version}` };
};

const debian = ({ name, version, architecture, source }: DebianPackage, system: Distribution) => {
  const distro = system.version === '' ? '' : `&distro=${system.id}-${system.version}`;
  const upstream = source === '' || source === name ? '' : `&upstream=${encodeURIComponent(source)}`;
  const purl = `pkg:deb/${system.id}/${encodeURIComponent(name)}@${versionOf(version)}?arch=${architecture}${distro}${upstream}`;
  return { type: 'library', 'bom-ref': purl, name, version, purl };
};

/** A package URL keeps the colon of an epoch and encodes the plus of a revision. */
const versionOf = (version: string): string => encodeURIComponent(version).replaceAll('%3A', ':');

const layerOf = ({ name, file, sha256 }: BuiltLayers['layers'][number]) => ({
  type: 'file',
  'bom-ref': `layer:${name}`,
  name: file,
  hashes: [{ alg: 'SHA-256', content: sha256 }],
});

/** A UUID of the kind whose content is the maker's own (version 8 of RFC 9562), so that an image has one serial number for ever. */
const uuidOf = (id: string): string => {
  const hex = sha256OfText(id);
  const variant = ((Number.parseInt(hex.charAt(16), 16) & 0b0011) | 0b1000).toString(16);
  return [
    hex.slice(0, 8),
    hex.slice(8, 12),
    `8${hex.slice(13, 16)}`,
    variant + hex.slice(17, 20),
    hex.slice(20, 32),
  ].join('-');
};
