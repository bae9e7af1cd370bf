import { Module } from '@nestjs/common';
import { ChatGateway } from './chat.gateway';
import { ChatService } from './chat.service';
import { AppController } from './app.controller';

@Module({ controllers: [AppController], providers: [ChatGateway, ChatService] })
export class AppModule {}
