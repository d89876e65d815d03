// Plain JavaScript, because a Node that is too old cannot read the TypeScript that would say so.
const [major = 0] = process.versions.node.split('.').map(Number);
if (major < 24) {
  process.stderr.write(
    `kinga: Node.js 24 or newer is needed, this is ${process.version} (run it through npm)\n`,
  );
  process.exit(1);
}
