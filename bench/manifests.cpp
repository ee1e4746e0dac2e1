#include "manifests.hpp"

#include <array>
#include <cstdint>
#include <string_view>

namespace yagura::bench {

namespace {

// A name in the texts below is replaced: @N the object's number, @S its namespace, @A its
// application.
constexpr std::string_view kWorkload = R"(  selector:
    matchLabels:
      app.kubernetes.io/name: @A
      app.kubernetes.io/instance: @A-@N
  template:
    metadata:
      labels:
        app.kubernetes.io/name: @A
        app.kubernetes.io/instance: @A-@N
        app.kubernetes.io/version: "1.@N.0"
      annotations:
        prometheus.io/scrape: "true"
        prometheus.io/port: "9090"
        checksum/config: 0d4f3a6b1c9e8d7f6a5b4c3d2e1f0a9b8c7d6e5f4a3b2c1d0e9f8a7b6c5d4e3f
    spec:
      serviceAccountName: @A
      terminationGracePeriodSeconds: 30
      securityContext:
        runAsNonRoot: true
        fsGroup: 2000
      initContainers:
        - name: migrate
          image: registry.example.com/team-@S/@A-migrate:v1.@N.0
          command: ["/bin/migrate", "--to", "latest"]
          resources:
            limits: {cpu: 200m, memory: 128Mi}
            requests: {cpu: 100m, memory: 64Mi}
      containers:
        - name: @A
          image: registry.example.com/team-@S/@A:v1.@N.0
          imagePullPolicy: IfNotPresent
          args:
            - --config=/etc/@A/config.yaml
            - --log-level=info   # debug is too loud
          env:
            - name: POD_NAME
              valueFrom:
                fieldRef:
                  fieldPath: metadata.name
            - name: DATABASE_URL
              valueFrom:
                secretKeyRef:
                  name: @A-database
                  key: url
            - name: FEATURE_FLAGS
              value: "checkout=on,search=off"
          ports:
            - name: http
              containerPort: 8080
              protocol: TCP
            - name: metrics
              containerPort: 9090
          livenessProbe:
            httpGet:
              path: /healthz
              port: http
            initialDelaySeconds: 10
            periodSeconds: 15
          readinessProbe:
            httpGet:
              path: /ready
              port: http
          resources:
            limits:
              cpu: "1"
              memory: 512Mi
            requests:
              cpu: 250m
              memory: 256Mi
          securityContext:
            allowPrivilegeEscalation: false
            capabilities:
              drop:
                - ALL
          volumeMounts:
            - name: config
              mountPath: /etc/@A
              readOnly: true
            - name: tmp
              mountPath: /tmp
      volumes:
        - name: config
          configMap:
            name: @A-config
        - name: tmp
          emptyDir: {}
)";

constexpr std::string_view kHeadApps = R"(apiVersion: apps/v1
kind: @K
metadata:
  name: @A-@N
  namespace: @S
  labels:
    app.kubernetes.io/name: @A
    app.kubernetes.io/instance: @A-@N
    app.kubernetes.io/managed-by: Helm
spec:
  replicas: 3
)";

constexpr std::string_view kService = R"(apiVersion: v1
kind: Service
metadata:
  name: @A-@N
  namespace: @S
  labels: {app.kubernetes.io/name: @A, app.kubernetes.io/instance: @A-@N}
spec:
  type: ClusterIP
  selector: {app.kubernetes.io/name: @A, app.kubernetes.io/instance: @A-@N}
  ports:
    - {name: http, port: 80, targetPort: http, protocol: TCP}
    - {name: metrics, port: 9090, targetPort: metrics, protocol: TCP}
)";

constexpr std::string_view kConfigMap = R"(apiVersion: v1
kind: ConfigMap
metadata:
  name: @A-config-@N
  namespace: @S
data:
  config.yaml: |
    server:
      listen: ":8080"
      timeouts: {read: 5s, write: 10s, idle: 120s}
    cache:
      kind: redis
      address: redis.@S.svc.cluster.local:6379
      ttl: 15m
    tracing:
      endpoint: http://otel-collector.observability:4317
      sampling: 0.05
    features:
      - name: checkout
        enabled: true
        rollout: 50
      - name: search
        enabled: false
  nginx.conf: |
    worker_processes auto;
    events { worker_connections 1024; }
    http {
      server {
        listen 8080;
        location / { proxy_pass http://127.0.0.1:9000; }
        location /static/ { root /srv/www; expires 1h; }
      }
    }
  LOG_LEVEL: "info"
  REGION: eu-central-1
)";

constexpr std::string_view kCronJob = R"(apiVersion: batch/v1
kind: CronJob
metadata:
  name: @A-report-@N
  namespace: @S
spec:
  schedule: "*/15 * * * *"
  concurrencyPolicy: Forbid
  jobTemplate:
    spec:
      backoffLimit: 2
      template:
        spec:
          restartPolicy: OnFailure
          containers:
            - name: report
              image: registry.example.com/team-@S/report
              command: ["sh", "-c", "report --since 15m | gzip > /out/report-$(date +%s).gz"]
              resources:
                requests: {cpu: 100m, memory: 64Mi}
              volumeMounts:
                - name: out
                  mountPath: /out
          volumes:
            - name: out
              persistentVolumeClaim:
                claimName: reports
)";

constexpr std::string_view kRole = R"(apiVersion: rbac.authorization.k8s.io/v1
kind: Role
metadata:
  name: @A-@N
  namespace: @S
rules:
  - apiGroups: [""]
    resources: [configmaps, endpoints, pods]
    verbs: [get, list, watch]
  - apiGroups: [coordination.k8s.io]
    resources: [leases]
    verbs: [get, create, update]
)";

constexpr std::string_view kRoleBinding = R"(apiVersion: rbac.authorization.k8s.io/v1
kind: RoleBinding
metadata:
  name: @A-@N
  namespace: @S
roleRef:
  apiGroup: rbac.authorization.k8s.io
  kind: Role
  name: @A-@N
subjects:
  - kind: ServiceAccount
    name: @A
    namespace: @S
)";

constexpr std::string_view kServiceAccount = R"(apiVersion: v1
kind: ServiceAccount
metadata:
  name: @A-@N
  namespace: @S
  annotations:
    eks.amazonaws.com/role-arn: arn:aws:iam::123456789012:role/@A
automountServiceAccountToken: false
)";

constexpr std::string_view kIngress = R"(apiVersion: networking.k8s.io/v1
kind: Ingress
metadata:
  name: @A-@N
  namespace: @S
  annotations:
    cert-manager.io/cluster-issuer: letsencrypt
spec:
  ingressClassName: nginx
  tls:
    - hosts: [@A-@N.example.com]
      secretName: @A-@N-tls
  rules:
    - host: @A-@N.example.com
      http:
        paths:
          - path: /
            pathType: Prefix
            backend: {service: {name: @A-@N, port: {name: http}}}
)";

constexpr std::string_view kNetworkPolicy = R"(apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata:
  name: @A-@N
  namespace: @S
spec:
  podSelector:
    matchLabels:
      app.kubernetes.io/name: @A
  policyTypes: [Ingress, Egress]
  ingress:
    - from:
        - namespaceSelector:
            matchLabels: {kubernetes.io/metadata.name: ingress-nginx}
      ports: [{port: 8080}]
  egress:
    - to: [{podSelector: {matchLabels: {app.kubernetes.io/name: postgres}}}]
      ports: [{port: 5432}]
)";

constexpr std::string_view kAutoscaler = R"(apiVersion: autoscaling/v2
kind: HorizontalPodAutoscaler
metadata:
  name: @A-@N
  namespace: @S
spec:
  scaleTargetRef: {apiVersion: apps/v1, kind: Deployment, name: @A-@N}
  minReplicas: 3
  maxReplicas: 12
  metrics:
    - type: Resource
      resource:
        name: cpu
        target: {type: Utilization, averageUtilization: 75}
)";

constexpr std::string_view kCustom = R"(apiVersion: monitoring.coreos.com/v1
kind: PrometheusRule
metadata:
  name: @A-@N
  namespace: @S
spec:
  groups:
    - name: @A.rules
      rules:
        - alert: HighErrorRate
          expr: |
            sum(rate(http_requests_total{job="@A",code=~"5.."}[5m]))
              / sum(rate(http_requests_total{job="@A"}[5m])) > 0.05
          for: 10m
          labels: {severity: page}
          annotations:
            summary: 'More than 5 % of the requests to @A fail'
            runbook_url: https://runbooks.example.com/@A/high-error-rate
        - record: job:http_latency:p99
          expr: histogram_quantile(0.99, sum by (le) (rate(http_latency_bucket{job="@A"}[5m])))
)";

void append_filled(std::string& out, std::string_view text, std::size_t number,
                   std::string_view kind) {
  static constexpr std::array<std::string_view, 8> kApplications = {
      "checkout", "search", "catalogue", "billing", "identity", "frontend", "gateway", "mailer"};
  static constexpr std::array<std::string_view, 5> kNamespaces = {"shop", "payments", "platform",
                                                                  "data", "edge"};
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '@' || i + 1 == text.size()) {
      out += text[i];
      continue;
    }
    switch (text[++i]) {
      case 'N':
        out += std::to_string(number);
        break;
      case 'S':
        out += kNamespaces[number / 8 % kNamespaces.size()];
        break;
      case 'A':
        out += kApplications[number % kApplications.size()];
        break;
      case 'K':
        out += kind;
        break;
      default:
        out += '@';
        --i;
    }
  }
}

void append_object(std::string& out, std::size_t number) {
  // A fixed pattern over twenty: the proportions hold for every prefix.
  constexpr std::size_t kWorkloads = 12;
  const std::size_t slot = number % 20;
  if (slot < kWorkloads) {
    append_filled(out, kHeadApps, number,
                  slot < 10    ? "Deployment"
                  : slot == 10 ? "StatefulSet"
                               : "DaemonSet");
    append_filled(out, kWorkload, number, {});
    return;
  }
  static constexpr std::array<std::string_view, 13> kOthers = {
      kService,        kService, kConfigMap,     kConfigMap,  kCronJob, kRole,   kRoleBinding,
      kServiceAccount, kIngress, kNetworkPolicy, kAutoscaler, kCustom,  kService};
  append_filled(out, kOthers[(number / 20 * 8 + slot - kWorkloads) % kOthers.size()], number, {});
}

}  // namespace

std::string mixed_manifests(std::size_t objects) {
  std::string out;
  out.reserve(objects * 2100);
  for (std::size_t i = 0; i < objects; ++i) {
    out += "---\n";
    append_object(out, i);
  }
  return out;
}

}  // namespace yagura::bench
