import type { PlaceProposal } from './facts.ts';

/** One line for each place, as the host configuration would say it. */
export function describeProposals(proposals: readonly PlaceProposal[]): readonly string[] {
  return proposals.map(({ binary, config, path, pools }) => {
    const settings = [
      `files.php-fpm.path: ${path}`,
      ...(binary === null ? [] : [`php_fpm.binary: ${binary}`]),
      `php_fpm.config: ${config}`,
      pools.length === 0 ? 'no php_fpm.pools' : `php_fpm.pools: [${pools.join(', ')}]`,
    ];
    return `php-fpm would read it here: ${settings.join(', ')}.`;
  });
}
