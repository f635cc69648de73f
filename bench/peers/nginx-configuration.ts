// nginx with nchan, tuned for this job: one worker (on two cores, a second one only takes from feed
// and clients), nothing logged, only the newest message of a channel kept.

export interface NginxSettings {
  readonly modulePath: string;
  readonly directory: string;
  readonly port: number;
}

export function nginxConfiguration({ modulePath, directory, port }: NginxSettings): string {
  return `
load_module ${modulePath};
user root;
daemon off;
pid ${directory}/nginx.pid;
error_log stderr notice;
worker_processes 1;
worker_rlimit_nofile 20000;
events {
  use epoll;
  accept_mutex off;
  multi_accept on;
  worker_connections 19000;
}
http {
  access_log off;
  error_log stderr error;
  tcp_nodelay on;
  keepalive_requests 1000000000;
  keepalive_timeout 3600s;
  client_body_temp_path ${directory}/body;
  proxy_temp_path ${directory}/proxy;
  fastcgi_temp_path ${directory}/fastcgi;
  uwsgi_temp_path ${directory}/uwsgi;
  scgi_temp_path ${directory}/scgi;
  nchan_shared_memory_size 256m;
  server {
    listen 127.0.0.1:${port} backlog=4096;
    location ~ ^/pub/(.+)$ {
      nchan_publisher http;
      nchan_channel_id $1;
      nchan_message_buffer_length 1;
      nchan_message_timeout 1h;
    }
    location ~ ^/sub/(.+)$ {
      nchan_subscriber eventsource;
      nchan_channel_id $1;
      nchan_channel_id_split_delimiter ",";
      nchan_subscriber_first_message newest;
    }
  }
}
`;
}
