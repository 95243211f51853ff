/** A manifest that uses most of what there is; the reference shows it, and a test reads it. */
export const EXAMPLE = `version: 1.0
state_dir: /opt/polydev-ai

defaults:
  keep: 3
  health_check:
    timeout: 2m

targets:
  api:
    path: /opt/api
    restart: systemctl restart api
    health_check:
      url: http://localhost:4000/health
      body: { status: healthy }
      successes: 3
    shared:
      - .env
      - uploads/
    drop:
      - '*.log'

  web:
    path: /opt/web
    build: server
    build_command: npm run build
    install: npm ci
    restart: systemctl restart web
    health_check: http://localhost:3000/
    depends_on: [api]

  agent:
    path: /opt/polydev-ai/agent
    # Uses the path of api, so api is deployed first.
    post_deploy: bash /opt/api/scripts/rebuild-image.sh
    rollback_on_failure: target

environments:
  staging:
    values: .staging/values.json
    hosts:
      - name: staging
        address: \${address}
        port: \${ssh_port}
        user: deploy
        identity_file: ~/.ssh/staging
    targets:
      web:
        url: https://\${domain}
        health_check:
          timeout: 5m
      agent:
        post_deploy: null

  production:
    hosts:
      - deploy@web-1.example.com
      - deploy@web-2.example.com:2222
    branch: main
`;

/** Values that fit the example's staging. */
export const EXAMPLE_VALUES = { address: '203.0.113.20', ssh_port: 22, domain: 'staging.example.com' } as const;

/** The smallest manifest that does something useful. */
export const SMALL_EXAMPLE = `version: 1.0
targets:
  master-controller:
    path: /opt/master-controller
    restart: systemctl restart master-controller
    health_check: http://localhost:4000/api/auth/health
`;
