import { ConnectedSocket, MessageBody, OnGatewayConnection, SubscribeMessage, WebSocketGateway, WebSocketServer } from '@nestjs/websockets';
import { Server, Socket } from 'socket.io';
import { ChatService } from './chat.service';

@WebSocketGateway({ cors: true })
export class ChatGateway implements OnGatewayConnection {
  @WebSocketServer() server: Server;

  constructor(private readonly chat: ChatService) {}

  handleConnection(client: Socket) {
    client.emit('welcome', client.id);
  }

  @SubscribeMessage('say')
  say(@MessageBody() text: string, @ConnectedSocket() client: Socket): string {
    client.broadcast.emit('said', text);
    return this.chat.answer(text);
  }
}
